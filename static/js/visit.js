/* Quick visit: what is picked or written beside the chips wins, so the chip above it lets go; a chip empties the field. */
(function () {
  "use strict";
  var groups = document.querySelectorAll("fieldset.field");

  groups.forEach(function (group) {
    var own = group.querySelector("input[type=text], input[type=date]");
    if (!own) { return; }
    var radios = group.querySelectorAll("input[type=radio]");
    own.addEventListener("input", function () {
      if (own.value) { radios.forEach(function (radio) { radio.checked = false; }); }
    });
    radios.forEach(function (radio) {
      radio.addEventListener("change", function () { own.value = ""; });
    });
  });
})();

/* The steps behind "?": this page goes without htmx, which fetches them elsewhere. */
(function () {
  "use strict";
  var drawer = document.getElementById("help");
  var place = drawer && drawer.querySelector(".help-topic");
  if (!place || window.htmx) { return; }
  drawer.addEventListener("toggle", function () {
    fetch(place.querySelector("a").href, { credentials: "same-origin" })
      .then(function (answer) { return answer.text(); })
      .then(function (html) {
        var steps = new DOMParser().parseFromString(html, "text/html").getElementById("help-text");
        if (steps) { place.replaceWith(steps); }
      })
      .catch(function () { /* the link stays */ });
  }, { once: true });
})();

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

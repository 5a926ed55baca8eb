/* Copy a text: <button data-copy="#id">. Plain http has no clipboard interface, there the old command does it. */
(function () {
  "use strict";

  function byCommand(text) {
    var area = document.createElement("textarea");
    area.value = text;
    area.setAttribute("readonly", "");
    area.className = "visually-hidden";
    document.body.appendChild(area);
    area.select();
    area.setSelectionRange(0, text.length);
    var done = document.execCommand("copy");
    area.remove();
    return done;
  }

  function copy(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    return byCommand(text) ? Promise.resolve() : Promise.reject(new Error("copy refused"));
  }

  function told(button) {
    var words = button.dataset.words || button.textContent;
    button.dataset.words = words;
    button.textContent = document.body.dataset.copied;
    setTimeout(function () { button.textContent = words; }, 2000);
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    var source = button && document.querySelector(button.dataset.copy);
    if (!source) return;
    copy("value" in source ? source.value : source.textContent.trim()).then(function () { told(button); }, function () {
      var range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
    });
  });

  document.querySelectorAll("[data-copy]").forEach(function (button) { button.hidden = false; });
})();

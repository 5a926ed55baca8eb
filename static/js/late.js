/* Late entry: Enter goes to the same column of the next line, on the last line to the button. */
(function () {
  "use strict";
  var table = document.querySelector("[data-late]");
  if (!table) return;
  table.addEventListener("keydown", function (event) {
    var field = event.target;
    if (event.key !== "Enter" || event.isComposing || !field.name) return;
    event.preventDefault();
    var column = Array.prototype.slice.call(table.querySelectorAll("[name='" + field.name + "']"));
    var next = column[column.indexOf(field) + 1] || field.form.querySelector("button[type=submit]");
    next.focus();
    if (next.select) next.select();
  });
})();

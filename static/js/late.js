/* Late entry: Enter goes to the same column of the next line, on the last line to the button. A pasted screenshot
   joins the files of its line; cells copied from a sheet bring a picture along, but are meant as text. */
(function () {
  "use strict";
  var table = document.querySelector("[data-late]");
  if (!table) return;
  table.addEventListener("keydown", function (event) {
    var field = event.target;
    if (event.key !== "Enter" || event.isComposing || !field.name || field.type === "file") return;
    event.preventDefault();
    var column = Array.prototype.slice.call(table.querySelectorAll("[name='" + field.name + "']"));
    var next = column[column.indexOf(field) + 1] || field.form.querySelector("button[type=submit]");
    next.focus();
    if (next.select) next.select();
  });

  /* Whoever is chosen in a line is meant in the lines below, too, as long as nothing is written there. */
  table.addEventListener("change", function (event) {
    if (event.target.name !== "author") return;
    var line = event.target.closest(".late-line");
    while ((line = line.nextElementSibling) && !line.querySelector("[name=firm]").value && !line.querySelector("[name=text]").value) {
      line.querySelector("[name=author]").value = event.target.value;
    }
  });

  function pictures(clipboard) {
    if (!clipboard || clipboard.getData("text/plain")) return [];
    return Array.prototype.filter.call(clipboard.files, function (file) { return file.type.indexOf("image/") === 0; });
  }

  table.addEventListener("paste", function (event) {
    var line = event.target.closest(".late-line");
    var input = line && line.querySelector("input[type=file]");
    var pasted = pictures(event.clipboardData);
    if (!input || !pasted.length) return;
    try {
      var all = new DataTransfer();
      Array.prototype.forEach.call(input.files, function (file) { all.items.add(file); });
      pasted.forEach(function (file) {
        var name = table.dataset.pasted + " " + (all.files.length + 1) + "." + file.type.split("/")[1];
        all.items.add(new File([file], name, { type: file.type }));
      });
      input.files = all.files;
      input.closest("details").open = true;
    } catch (old) { return; /* this browser lets nobody fill a file field: it is chosen by hand */ }
    event.preventDefault();
  });
})();

/* What is typed of a visit is kept on this device until it is saved: per person and page, 7 days, gone after signing
   out (app.js) and once the visit's own page shows that it was saved (app.js). With the form's key the draft cannot be
   saved twice. Beside drafts only the number of whoever is signed in is kept in the browser (app.js): a page still open
   from somebody else lets go of what he typed there. */
(function () {
  "use strict";
  var box = document.querySelector("[data-draft]");
  var form = box && box.querySelector("form");
  var KEPT_FOR = 7 * 24 * 3600 * 1000;
  var store;
  try { store = window.localStorage; } catch (refused) { return; }
  if (!form || !store) return;
  var place = "draft:" + box.dataset.draft + ":" + (box.dataset.draftPlace || location.pathname + location.search);
  var timer;
  var isLeft = false;

  function isOfAnother() {
    var person = store.getItem("draft-person");
    return person !== null && person !== box.dataset.draft;
  }

  function leaveToOthers() {
    if (isLeft || !isOfAnother()) return;
    isLeft = true;
    form.hidden = true;
    /* signing out is told before the server knows of it */
    setTimeout(function () { location.replace(location.href.split("#")[0]); }, 1000);
  }

  function fields() {
    return Array.prototype.filter.call(form.elements, function (field) {
      return field.name && field.name !== "csrf_token" && field.type !== "submit" && field.type !== "file";
    });
  }

  function keep() {
    if (isLeft || isOfAnother()) return;
    var values = {};
    fields().forEach(function (field) {
      if ((field.type === "radio" || field.type === "checkbox") && !field.checked) return;
      (values[field.name] = values[field.name] || []).push(field.value);
    });
    try {
      store.setItem(place, JSON.stringify({ at: Date.now(), from: location.search, key: (values.client_key || [""])[0], values: values }));
    } catch (full) { /* the form itself still holds it */ }
  }

  function forgetOld() {
    Object.keys(store).filter(function (name) { return name.indexOf("draft:") === 0; }).forEach(function (name) {
      var draft = read(name);
      if (!draft || Date.now() - draft.at > KEPT_FOR) store.removeItem(name);
    });
  }

  function read(name) {
    try { return JSON.parse(store.getItem(name)); } catch (damaged) { return null; }
  }

  function fill(values, isFromHere) {
    var rest = JSON.parse(JSON.stringify(values));
    fields().forEach(function (field) {
      if (field.name === "client_key" && !isFromHere) return; /* other firms by now: that key stands for the old ones */
      if (field.type === "radio" || field.type === "checkbox") {
        field.checked = (values[field.name] || []).indexOf(field.value) >= 0;
      } else if (rest[field.name] && rest[field.name].length) {
        field.value = rest[field.name].shift();
      }
      if (field.value && field.closest("details") && field.type !== "radio" && field.type !== "checkbox") field.closest("details").open = true;
    });
  }

  function tellOf() {
    var note = document.createElement("p");
    var drop = document.createElement("button");
    note.className = "hint";
    note.setAttribute("role", "status");
    note.textContent = box.dataset.draftKept + " ";
    drop.type = "button";
    drop.className = "btn btn-sm btn-plain";
    drop.textContent = box.dataset.draftDrop;
    drop.addEventListener("click", function () { store.removeItem(place); location.reload(); });
    note.appendChild(drop);
    box.insertBefore(note, box.firstChild);
  }

  forgetOld();
  var draft = read(place);
  /* a page that comes back refused holds what was sent already */
  if (draft && !document.getElementById("error-summary")) {
    fill(draft.values, draft.from === undefined || draft.from === location.search);
    tellOf();
  }
  form.addEventListener("input", function () {
    clearTimeout(timer);
    timer = setTimeout(keep, 500);
  });
  form.addEventListener("submit", keep);
  window.addEventListener("pagehide", function () { if (timer) keep(); });
  window.addEventListener("pageshow", leaveToOthers);
  window.addEventListener("focus", leaveToOthers);
  window.addEventListener("storage", leaveToOthers);
  document.addEventListener("visibilitychange", leaveToOthers);
})();

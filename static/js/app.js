/* What every page needs: no double sending, focus on errors, words when the server is silent, menus that close. */
(function () {
  "use strict";
  var body = document.body;

  function each(selector, act, within) {
    Array.prototype.forEach.call((within || document).querySelectorAll(selector), act);
  }

  /* Sending: the pressed button says so and cannot be pressed twice. Coming back by the back button undoes it. */
  function busy(form, button) {
    form.setAttribute("aria-busy", "true");
    if (!button || button.dataset.words) return;
    button.dataset.words = button.innerHTML;
    button.style.minWidth = button.offsetWidth + "px";
    if (button.classList.contains("btn-primary")) button.textContent = body.dataset.busy;
    button.disabled = true;
  }

  function ready(form) {
    form.removeAttribute("aria-busy");
    each("button[data-words]", function (button) {
      button.innerHTML = button.dataset.words;
      button.disabled = false;
      delete button.dataset.words;
    }, form);
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-stays")) return;
    if (form.getAttribute("aria-busy") === "true") return event.preventDefault();
    /* after the browser has collected the fields, or the pressed button's own name would be lost */
    setTimeout(function () {
      if (!event.defaultPrevented) busy(form, event.submitter || form.querySelector(".btn-primary"));
    }, 0);
  });
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) each("form[aria-busy]", ready);
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var form = event.detail.elt.closest("form");
    if (form) ready(form);
  });

  /* Refused: the summary gets the focus, its links lead to the field itself. */
  function toErrors(within) {
    var summary = (within || document).querySelector("#error-summary");
    if (summary) summary.focus();
  }
  document.addEventListener("click", function (event) {
    var link = event.target.closest(".error-summary a[href^='#']");
    var field = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!field) return;
    event.preventDefault();
    var folded = field.closest("details");
    if (folded) folded.open = true;
    field.focus();
    field.scrollIntoView({ block: "center" });
  });
  document.addEventListener("htmx:afterSettle", function (event) { toErrors(event.detail.elt); });
  toErrors();

  /* htmx: the session's token goes along with everything that is not a GET; empty filters stay out of the address. */
  document.addEventListener("htmx:configRequest", function (event) {
    var token = document.querySelector("input[name='csrf_token']");
    var fields = event.detail.formData;
    if (event.detail.verb !== "get" && token) event.detail.headers["X-CSRFToken"] = token.value;
    if (event.detail.verb === "get" && fields) {
      Array.from(fields.entries()).forEach(function (pair) { if (pair[1] === "") fields.delete(pair[0]); });
    }
  });

  /* A bar that is sent on to another page asks no more: each answer would begin that way anew, and a slow one never ends. */
  document.addEventListener("htmx:beforeOnLoad", function (event) {
    if (event.detail.xhr.getResponseHeader("HX-Redirect")) event.detail.elt.setAttribute("data-left", "");
  });
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (event.detail.elt.hasAttribute("data-left") && event.detail.elt.matches("[hx-trigger^='every']")) event.preventDefault();
  });

  function tell(words) {
    var place = document.getElementById("flashes");
    if (!place || !words) return;
    place.textContent = "";
    var box = document.createElement("div");
    box.className = "note note-bad";
    box.setAttribute("role", "alert");
    box.textContent = words;
    place.appendChild(box);
    box.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("htmx:sendError", function () { tell(body.dataset.lost); });
  document.addEventListener("htmx:responseError", function (event) {
    if (event.detail.xhr.status !== 401) tell(body.dataset.failed);
  });

  /* Menus: one open at a time; a click beside them or Escape closes. */
  function closeMenus(except) {
    each("details.pop[open], details.filter-more[open]", function (menu) { if (menu !== except) menu.open = false; });
  }
  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest("details.pop, details.filter-more"));
    if (event.target.closest("[data-print]")) window.print();
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var open = document.querySelector("details.pop[open] > summary, details.filter-more[open] > summary");
    if (open) { closeMenus(); open.focus(); }
    if (location.hash === "#menu" || location.hash === "#filter-set") location.hash = "main";
  });
  function chosenIntoView() { /* on a narrow screen the strip scrolls: the chosen one comes into it */
    each(".tabs [aria-current], .board-pick [aria-current]", function (tab) {
      var strip = tab.parentNode;
      if (strip.scrollWidth > strip.clientWidth) strip.scrollLeft = tab.offsetLeft - (strip.clientWidth - tab.offsetWidth) / 2;
    });
  }
  chosenIntoView();
  document.addEventListener("htmx:afterSwap", chosenIntoView);
  each("[data-print]", function (button) { button.hidden = false; });

  /* Drafts of visits on this device: gone once saved, and with whoever signs out. */
  function dropDrafts(isGone) {
    try {
      Object.keys(localStorage).forEach(function (name) {
        if (name.indexOf("draft:") === 0 && isGone(localStorage.getItem(name), name)) localStorage.removeItem(name);
      });
    } catch (refused) { /* no storage, no drafts */ }
  }
  function isHere(person) {
    try { localStorage.setItem("draft-person", person); } catch (refused) { /* no storage, no drafts */ }
  }
  if (body.dataset.person) isHere(body.dataset.person);
  var saved = /^#saved-(correct|replan|void|move)$/.exec(location.hash);
  if (saved) { /* that form of this visit went through */
    dropDrafts(function (text, name) { return name.split(":").pop().split("?")[0] === location.pathname + "/" + saved[1]; });
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  each("[data-saved]", function (place) {
    dropDrafts(function (text) { return text.indexOf('"' + place.dataset.saved + '"') >= 0; });
  });
  document.addEventListener("submit", function (event) {
    if (!/\/sign-out$/.test(event.target.action)) return;
    isHere("");
    dropDrafts(function () { return true; });
  });

  window.commissioner = { each: each, tell: tell, toErrors: toErrors };
})();

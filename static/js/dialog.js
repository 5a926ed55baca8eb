/* Pages that open over the page (links with data-dialog), and signing in again without losing what was typed.
   Without <dialog> (Safari 14, Firefox 91) the links simply lead to their pages. */
(function () {
  "use strict";
  var dialog = document.getElementById("dialog");
  if (!dialog || !dialog.showModal || !window.fetch) return;
  var inside = document.getElementById("dialog-body");
  var title = document.getElementById("dialog-title");

  function ask(url, body) {
    return fetch(url, {
      method: body ? "POST" : "GET",
      body: body,
      credentials: "same-origin",
      headers: { "HX-Request": "true", "HX-Target": "dialog-body" }
    });
  }

  function show(answer) {
    return answer.text().then(function (text) {
      var page = new DOMParser().parseFromString(text, "text/html").getElementById("page-body");
      if (!page) return location.assign(answer.url);
      var head = page.querySelector("h1");
      if (head) head.remove();
      title.textContent = answer.status === 401 ? title.dataset.default : page.dataset.title;
      inside.textContent = "";
      var fresh = document.importNode(page, true);
      while (fresh.firstChild) inside.appendChild(fresh.firstChild);
      setApart(inside);
      inside.dataset.url = answer.url;
      if (window.htmx) window.htmx.process(inside);
      if (!dialog.open) dialog.showModal();
      var first = inside.querySelector("#over-error-summary, [autofocus], input:not([type=hidden]), select, textarea");
      if (first) first.focus();
    });
  }

  /* The page below may have the same ids: labels and errors of the dialog must lead to its own fields. */
  function setApart(part) {
    part.querySelectorAll("[id]").forEach(function (element) { element.id = "over-" + element.id; });
    part.querySelectorAll("[for], [aria-describedby], [aria-labelledby], a[href^='#']").forEach(function (element) {
      ["for", "aria-describedby", "aria-labelledby"].forEach(function (name) {
        var ids = element.getAttribute(name);
        if (ids) element.setAttribute(name, ids.replace(/\S+/g, "over-$&"));
      });
      if (element.hash && element.getAttribute("href")[0] === "#") element.href = "#over-" + element.hash.slice(1);
    });
  }

  function lost() {
    dialog.close();
    window.commissioner.tell(document.body.dataset.lost);
  }

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-close]") || event.target === dialog) return dialog.close();
    if (dialog.open && event.target.closest("#dialog [data-cancel]")) {
      event.preventDefault();
      return dialog.close();
    }
    var link = event.target.closest("a[data-dialog]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    ask(link.href).then(show).catch(function () { location.assign(link.href); });
  });

  /* A form in the dialog: refused answers stay in it, a redirect leaves it. */
  dialog.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post") return;
    event.preventDefault();
    var body = new FormData(form);
    if (event.submitter && event.submitter.name) body.append(event.submitter.name, event.submitter.value);
    ask(form.getAttribute("action") || inside.dataset.url, body).then(function (answer) {
      if (inside.dataset.again && answer.ok) return signedIn();
      var onward = answer.headers.get("HX-Redirect");
      if (onward) return location.assign(onward);
      if (answer.redirected) return location.assign(answer.url);
      return show(answer);
    }).catch(lost);
  });

  /* The session had ended: sign in here, then take the new token into every form of the page that waits below. */
  document.addEventListener("htmx:responseError", function (event) {
    if (event.detail.xhr.status === 401) signInAgain(event.detail.xhr);
  });

  function signInAgain(xhr) {
    inside.dataset.again = "1";
    show({ status: 401, url: xhr.responseURL, text: function () { return Promise.resolve(xhr.responseText); } });
  }

  function signedIn() {
    delete inside.dataset.again;
    return ask(location.href).then(function (answer) { return answer.text(); }).then(function (text) {
      var fresh = new DOMParser().parseFromString(text, "text/html").querySelector("input[name='csrf_token']");
      if (!fresh) return location.reload();
      window.commissioner.each("input[name='csrf_token']", function (old) { old.value = fresh.value; });
      inside.textContent = "";
      dialog.close();
    });
  }

  dialog.addEventListener("close", function () { delete inside.dataset.again; });
})();

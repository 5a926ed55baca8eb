/* Photos of a visit: made smaller on this device, then sent one by one, each tried three times. Without this script the
   form sends them as they are. */
(function () {
  "use strict";
  var box = document.querySelector("[data-photos]");
  var form = box && box.querySelector("form");
  var input = form && form.querySelector("input[type=file]");
  var EDGE = 1600, QUALITY = 0.82, TRIES = 3;
  if (!input || !window.fetch || !window.FormData || !HTMLCanvasElement.prototype.toBlob) return;

  var status = document.createElement("p");
  status.className = "hint";
  status.setAttribute("role", "status");
  form.querySelector("button").hidden = true; /* choosing sends at once */
  box.appendChild(status);

  function drawn(file) {
    return new Promise(function (resolve, reject) {
      var image = new Image();
      image.onload = function () { resolve(image); };
      image.onerror = reject;
      image.src = URL.createObjectURL(file);
    });
  }

  function shrunk(file) {
    if (file.type.indexOf("image/") !== 0) return Promise.resolve(file);
    return drawn(file).then(function (image) {
      var scale = Math.min(1, EDGE / Math.max(image.naturalWidth, image.naturalHeight));
      var canvas = document.createElement("canvas");
      canvas.width = Math.round(image.naturalWidth * scale);
      canvas.height = Math.round(image.naturalHeight * scale);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(image.src);
      return new Promise(function (resolve) { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
    }).catch(function () { return file; /* the server says what is wrong with it */ });
  }

  function send(blob, name, tries) {
    var body = new FormData();
    body.append("csrf_token", form.querySelector("input[name=csrf_token]").value);
    body.append("files", blob, name);
    return fetch(form.action, { method: "POST", body: body, credentials: "same-origin", headers: { "HX-Request": "true" } })
      .then(function (answer) {
        if (answer.ok) return "";
        if (answer.status !== 422 && answer.status !== 507) throw new Error(String(answer.status));
        return answer.text().then(function (text) {
          var why = new DOMParser().parseFromString(text, "text/html").querySelector(".error-summary li, .error-summary p");
          return why ? why.textContent.trim() : name;
        });
      })
      .catch(function () {
        if (tries < 2) return box.dataset.failed.replace("{names}", name);
        return new Promise(function (resolve) { setTimeout(resolve, 1500); }).then(function () { return send(blob, name, tries - 1); });
      });
  }

  function sendAll(files) {
    var wrong = [];
    return files.reduce(function (before, file, n) {
      return before.then(function () {
        status.textContent = box.dataset.sending.replace("{n}", n + 1).replace("{all}", files.length);
        return shrunk(file);
      }).then(function (blob) {
        var name = blob === file ? file.name : file.name.replace(/\.\w+$/, "") + ".jpg";
        return send(blob, name, TRIES);
      }).then(function (why) { if (why) wrong.push(why); });
    }, Promise.resolve()).then(function () {
      if (!wrong.length) return location.reload();
      status.textContent = wrong.join(" ");
      input.value = "";
      input.disabled = false;
    });
  }

  input.addEventListener("change", function () {
    var files = Array.prototype.slice.call(input.files);
    if (!files.length) return;
    input.disabled = true;
    sendAll(files);
  });
})();

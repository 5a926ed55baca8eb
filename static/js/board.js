/* Dragging cards: a drop opens the form of the next step; nothing has moved until it is saved. */
(function () {
  "use strict";
  var dialog = document.getElementById("dialog");
  if (!dialog || !dialog.showModal) return;
  var dragged = null;
  var home = null;

  function lanes(act) {
    Array.prototype.forEach.call(document.querySelectorAll(".board-lane"), act);
  }

  function reaches(card, lane) {
    return (" " + card.dataset.reach + " ").indexOf(" " + lane.dataset.lane + " ") >= 0;
  }

  function plain() {
    lanes(function (lane) { lane.classList.remove("is-reach", "is-far"); });
  }

  document.addEventListener("dragstart", function (event) {
    dragged = event.target.closest && event.target.closest(".board-card[data-move]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.card);
    lanes(function (lane) {
      lane.classList.add(reaches(dragged, lane) ? "is-reach" : "is-far");
    });
  });

  document.addEventListener("dragend", function () { plain(); dragged = null; });

  document.addEventListener("dragover", function (event) {
    if (dragged && event.target.closest(".board-lane")) event.preventDefault();
  });

  document.addEventListener("drop", function (event) {
    var lane = dragged && event.target.closest(".board-lane");
    if (!lane) return;
    event.preventDefault();
    var card = dragged;
    plain();
    if (lane.contains(card) && !reaches(card, lane)) return;
    if (!reaches(card, lane)) return window.commissioner.tell(document.querySelector(".board").dataset.refused);
    home = { card: card, list: card.parentNode, next: card.nextSibling };
    card.classList.add("is-moving");
    lane.querySelector(".board-cards").prepend(card);
    open(card.dataset.move + "&to=" + encodeURIComponent(lane.dataset.lane));
  });

  /* The card's own button leads to the same page. */
  function open(url) {
    var link = document.createElement("a");
    link.href = url;
    link.dataset.dialog = "";
    link.hidden = true;
    document.body.appendChild(link);
    link.click();
    link.remove();
  }

  /* Cancelled, refused or moved by a colleague meanwhile: the card goes back to where it stood. */
  dialog.addEventListener("close", function () {
    if (!home) return;
    home.card.classList.remove("is-moving");
    home.list.insertBefore(home.card, home.next && home.next.parentNode === home.list ? home.next : null);
    home = null;
  });
})();

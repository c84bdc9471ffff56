/* The console works without this file; it adds shortcuts, the phone's menu, bulk selection and dropping of files. */
"use strict";

(() => {
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  const menu = one("[data-menu]");
  if (menu) {
    menu.addEventListener("click", () => {
      const open = one(".side").classList.toggle("open");
      menu.setAttribute("aria-expanded", String(open));
    });
  }

  document.addEventListener("click", (event) => {
    all("details.menu[open]").forEach((details) => {
      if (!details.contains(event.target)) details.removeAttribute("open");
    });
  });

  /* bulk selection in the alert queue */
  const bulk = one("[data-bulk]");
  const picked = () => all("input[name=alert]:checked");
  const refreshBulk = () => {
    if (!bulk) return;
    const count = picked().length;
    bulk.hidden = count === 0;
    one("[data-bulk-count]", bulk).textContent = String(count);
    /* only verdicts that every chosen alert can get */
    const fits = picked().map((box) => box.dataset.fits.split(" "));
    all("optgroup[data-disposition]", bulk).forEach((group) => {
      const unfit = fits.some((words) => !words.includes(group.dataset.disposition));
      group.disabled = unfit;
      group.hidden = unfit;
      if (unfit) all("option:checked", group).forEach((option) => { option.selected = false; });
    });
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) {
      all("input[name=alert]").forEach((box) => { box.checked = event.target.checked; });
    }
    refreshBulk();
  });
  refreshBulk();

  /* a form is sent once: a second click while the answer is on its way does nothing */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.closest("[hx-post], [hx-boost]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    /* after the browser has read the fields: a disabled button would not send its own value */
    setTimeout(() => all("button, input[type=submit]", form).forEach((button) => {
      if (!button.disabled) {
        button.disabled = true;
        button.dataset.locked = "1";
      }
    }));
  });
  window.addEventListener("pageshow", () => {
    all("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
    all("[data-locked]").forEach((button) => {
      button.disabled = false;
      delete button.dataset.locked;
    });
  });

  /* dropping a file on the intake page */
  const drop = one(".drop");
  if (drop) {
    const input = one("input[type=file]", drop);
    const shown = one("[data-file]", drop);
    const show = () => { shown.textContent = [...input.files].map((file) => file.name).join(", "); };
    input.addEventListener("change", show);
    ["dragenter", "dragover"].forEach((kind) => drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    }));
    ["dragleave", "drop"].forEach((kind) => drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.remove("over");
    }));
    drop.addEventListener("drop", (event) => {
      input.files = event.dataTransfer.files;
      show();
    });
  }

  /* keyboard: j k move, o or Enter open, x select, a select alike, n next, / search, ? help, 1-9 choose a reason */
  const rows = () => all("[data-row]");
  let at = -1;
  const move = (step) => {
    const list = rows();
    if (!list.length) return;
    at = Math.max(0, Math.min(list.length - 1, at + step));
    list.forEach((row, place) => row.classList.toggle("at", place === at));
    list[at].scrollIntoView({ block: "nearest" });
  };
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    o: () => { const link = rows()[at] && one("a", rows()[at]); if (link) link.click(); },
    x: () => { const box = rows()[at] && one("input[type=checkbox]", rows()[at]); if (box) box.click(); },
    a: () => {
      const box = rows()[at] && one("[data-alike]", rows()[at]);
      if (!box) return;
      all("[data-alike]").forEach((other) => { if (other.dataset.alike === box.dataset.alike) other.checked = true; });
      refreshBulk();
    },
    n: () => { const next = one("[data-next]"); if (next) next.click(); },
    "/": () => { const find = one("[data-find]"); if (find) find.focus(); },
    "?": () => { const help = one("#keys"); if (help) help.showModal(); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog, [contenteditable]")) return;
    const digit = /^[1-9]$/.test(event.key) && all("[data-reason]")[Number(event.key) - 1];
    if (digit) {
      digit.checked = true;
      digit.focus();
    } else if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  all("[data-open]").forEach((button) => {
    button.addEventListener("click", () => one(button.dataset.open).showModal());
  });

  /* a session that ended while the page stood open: go and sign in instead of swapping the sign-in page in */
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 401) {
      event.detail.shouldSwap = false;
      window.location.reload();
    }
  });
})();

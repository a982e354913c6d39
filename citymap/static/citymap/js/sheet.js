// On a phone a panel is a sheet at the bottom: dragged by its handle, or moved by keys.

const PHONE = matchMedia("(max-width: 700px)");
const CLOSE_BELOW = 0.22;
const STOPS = [0.46, 0.88];

/** Whether panels are bottom sheets now. */
export function isPhone() {
  return PHONE.matches;
}

/** Make `panel` a bottom sheet on phones; `onClose` is called when it is dragged away. */
export class Sheet {
  constructor({ panel, handle, onClose }) {
    this.panel = panel;
    this.handle = handle;
    this.onClose = onClose;
    this.share = STOPS[0];
    handle.addEventListener("pointerdown", (event) => this.start(event));
    handle.addEventListener("click", () => {
      if (!this.dragged) this.set(this.share === STOPS[0] ? STOPS[1] : STOPS[0]);
    });
    handle.addEventListener("keydown", (event) => {
      if (event.key === "ArrowUp") this.set(STOPS[1]);
      else if (event.key === "ArrowDown") this.set(STOPS[0]);
      else return;
      event.preventDefault();
    });
  }

  reset() {
    this.set(STOPS[0]);
  }

  /** Height as a share of the window. */
  set(share) {
    this.share = share;
    document.documentElement.style.setProperty("--sheet", `${Math.round(share * 100)}dvh`);
    this.handle.setAttribute("aria-expanded", String(share === STOPS[1]));
  }

  start(event) {
    this.dragged = false;
    this.handle.setPointerCapture(event.pointerId);
    this.panel.classList.add("dragging");
    const move = (step) => {
      this.dragged ||= Math.abs(step.clientY - event.clientY) > 4;
      const share = 1 - (step.clientY - 12) / window.innerHeight;
      if (this.dragged) this.set(Math.min(Math.max(share, 0.1), STOPS[1]));
    };
    const end = () => {
      this.handle.removeEventListener("pointermove", move);
      this.panel.classList.remove("dragging");
      if (this.dragged) this.settle();
    };
    this.handle.addEventListener("pointermove", move);
    this.handle.addEventListener("lostpointercapture", end, { once: true });
  }

  settle() {
    if (this.share < CLOSE_BELOW) {
      this.reset();
      this.onClose();
      return;
    }
    const middle = (STOPS[0] + STOPS[1]) / 2;
    this.set(this.share > middle ? STOPS[1] : STOPS[0]);
  }
}

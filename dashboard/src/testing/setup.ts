import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeAll } from "vitest";

// Pages are loaded when they are opened, which takes a while on a busy machine.
configure({ asyncUtilTimeout: 10_000 });

beforeAll(() => {
  globalThis.ResizeObserver = FixedSize;
  HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement) {
    this.open = true;
    this.querySelector<HTMLElement>("button, input, select, textarea")?.focus();
  };
});

afterEach(cleanup);

/** jsdom lays nothing out: an observer tells its first size and no other. */
class FixedSize implements ResizeObserver {
  constructor(private readonly callback: ResizeObserverCallback) {}
  observe() {
    this.callback([], this);
  }
  unobserve() {}
  disconnect() {}
}

import { render } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { FakeHost } from "../testing/fakeHost";
import { HostProvider } from "./HostContext";
import { useWidgetSize } from "./useWidgetSize";

let observe: () => void;

beforeEach(() => {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(callback: () => void) {
        observe = callback;
      }
      observe() {}
      disconnect() {}
    },
  );
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function Probe() {
  return <div ref={useWidgetSize<HTMLDivElement>()} />;
}

it("tells each height, rounded up", () => {
  const host = new FakeHost();
  render(
    <HostProvider host={host}>
      <Probe />
    </HostProvider>,
  );
  const measure = vi.spyOn(HTMLDivElement.prototype, "getBoundingClientRect");
  measure.mockReturnValue({ height: 100.2 } as DOMRect);
  observe();
  measure.mockReturnValue({ height: 250 } as DOMRect);
  observe();
  expect(host.heights).toEqual([101, 250]);
});

import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import type { ProblemKind } from "../api/problems";
import { ProblemState } from "./states";

function show(kind: ProblemKind, permissions: string[] = []) {
  const onRetry = vi.fn();
  const problem = { kind, permissions, message: "What the API says.", path: "" };
  render(<ProblemState problem={problem} onRetry={onRetry} />);
  return onRetry;
}

it.each([
  [
    "expired",
    "Your session in the Dashboard has ended",
    "Reload the Dashboard and log in again if it asks you to.",
  ],
  [
    "schema",
    "The plugin and these pages are of different versions",
    "Restart Saleor's server processes and run install_dashboard_app again. The API says: What the API says.",
  ],
  ["network", "The shop does not answer", "Check your connection, then try again."],
  ["other", "The shop answered with an error", "What the API says."],
] as const)("says what to do when the problem is %s", async (kind, title, advice) => {
  const onRetry = show(kind);
  expect(screen.getByRole("heading").textContent).toBe(title);
  expect(screen.getByText(advice)).toBeDefined();
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(onRetry).toHaveBeenCalledTimes(1);
});

it("names the permission that is missing", () => {
  show("permission", ["MANAGE_ORDERS", "HANDLE_PAYMENTS"]);
  expect(screen.getByRole("heading").textContent).toBe("You may not see this");
  expect(
    screen.getByText(
      "Your account needs the permission MANAGE_ORDERS or HANDLE_PAYMENTS. Ask an administrator of the shop: your account lacks it, or this app does.",
    ),
  ).toBeDefined();
  expect(screen.queryByRole("button")).toBeNull();
});

import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { ConfirmDialog } from "./ConfirmDialog";

function open(part: Partial<Parameters<typeof ConfirmDialog>[0]> = {}) {
  const props = { onConfirm: vi.fn(), onClose: vi.fn(), isRunning: false, ...part };
  render(
    <ConfirmDialog title="Refund purchase #12" action="Refund €5.00" {...props}>
      <input aria-label="Amount" />
    </ConfirmDialog>,
  );
  return { ...props, user: userEvent.setup() };
}

const button = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name });

it("names itself by its title", () => {
  open();
  expect(screen.getByRole("dialog", { name: "Refund purchase #12" })).toBeDefined();
});

it("confirms and closes", async () => {
  const { user, onConfirm, onClose } = open();
  await user.click(button("Refund €5.00"));
  await user.click(button("Back"));
  expect(onConfirm).toHaveBeenCalledTimes(1);
  expect(onClose).toHaveBeenCalledTimes(1);
});

it("closes with Escape", () => {
  const { onClose } = open();
  fireEvent(screen.getByRole("dialog"), new Event("cancel", { cancelable: true }));
  expect(onClose).toHaveBeenCalledTimes(1);
});

it("stays open and disabled while the request runs", () => {
  const { onClose } = open({ isRunning: true });
  fireEvent(screen.getByRole("dialog"), new Event("cancel", { cancelable: true }));
  expect(onClose).not.toHaveBeenCalled();
  expect(button("Working…").disabled).toBe(true);
  expect(button("Back").disabled).toBe(true);
});

it("cannot be confirmed before it is ready", () => {
  open({ isReady: false });
  expect(button("Refund €5.00").disabled).toBe(true);
});

it("keeps the focus inside, in both directions", async () => {
  const { user } = open();
  button("Refund €5.00").focus();
  await user.tab();
  expect(document.activeElement).toBe(screen.getByLabelText("Amount"));
  await user.tab({ shift: true });
  expect(document.activeElement).toBe(button("Refund €5.00"));
});

it("gives the focus back", () => {
  const opener = document.createElement("button");
  document.body.append(opener);
  opener.focus();
  const { unmount } = render(
    <ConfirmDialog title="t" action="a" isRunning={false} onConfirm={vi.fn()} onClose={vi.fn()}>
      text
    </ConfirmDialog>,
  );
  expect(document.activeElement).not.toBe(opener);
  unmount();
  expect(document.activeElement).toBe(opener);
  opener.remove();
});

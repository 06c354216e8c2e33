import { Button } from "@saleor/macaw-ui";
import type { ReactNode } from "react";

import { Dialog } from "./Dialog";

interface ConfirmDialogProps {
  title: string;
  /** What the button does, e.g. `Refund €12.00`. */
  action: string;
  isDangerous?: boolean;
  isRunning: boolean;
  /** Whether what the operator typed can be sent. */
  isReady?: boolean;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** Asks before something happens. While it happens, neither button does anything. */
export function ConfirmDialog({
  title,
  action,
  isDangerous = false,
  isRunning,
  isReady = true,
  onConfirm,
  onClose,
  children,
}: ConfirmDialogProps) {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      isClosable={!isRunning}
      actions={
        <>
          <Button variant="secondary" onClick={onClose} disabled={isRunning}>
            Back
          </Button>
          <Button
            variant={isDangerous ? "error" : "primary"}
            onClick={onConfirm}
            disabled={isRunning || !isReady}
          >
            {isRunning ? "Working…" : action}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}

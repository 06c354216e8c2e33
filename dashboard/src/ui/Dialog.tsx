import { Box, Text } from "@saleor/macaw-ui";
import { useEffect, useId, useRef, type KeyboardEvent, type ReactNode } from "react";

interface DialogProps {
  title: string;
  onClose: () => void;
  /** Whether Escape closes it; a running request keeps it open. */
  isClosable?: boolean;
  children: ReactNode;
  /** Buttons, the safest first. */
  actions: ReactNode;
}

const FOCUSABLE = "button:not([disabled]), input:not([disabled]), select, textarea, [tabindex='0']";

/** A modal dialog. The browser keeps the page behind it out of reach. */
export function Dialog({ title, onClose, isClosable = true, children, actions }: DialogProps) {
  const titleId = useId();
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    element.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      className="og-dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        if (isClosable) onClose();
      }}
      onKeyDown={keepFocus}
    >
      <Text as="h2" id={titleId} size={6} fontWeight="bold">
        {title}
      </Text>
      <Box marginTop={4} marginBottom={6} display="flex" flexDirection="column" gap={4}>
        {children}
      </Box>
      <Box display="flex" justifyContent="flex-end" gap={2}>
        {actions}
      </Box>
    </dialog>
  );
}

/** Let Tab go around in the dialog: a frame would lose the focus to the Dashboard. */
function keepFocus(event: KeyboardEvent<HTMLDialogElement>) {
  if (event.key !== "Tab") return;
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>(FOCUSABLE)];
  const edge = event.shiftKey ? stops.at(0) : stops.at(-1);
  if (document.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops.at(0))?.focus();
}

import { Box, Button } from "@saleor/macaw-ui";
import { useState, type ComponentType } from "react";

import { useHostState } from "../../../host/HostContext";
import type { Purchase } from "../purchase";
import { readAvailability, type Availability } from "./availability";
import { CancelOrders } from "./CancelOrders";
import { ChargePayments } from "./ChargePayments";
import { ConfirmOrders, type ActionProps } from "./ConfirmOrders";
import type { Outcome } from "./outcome";
import { RefundPayments } from "./RefundPayments";

type Action = keyof Availability;

const ACTIONS: { action: Action; label: string; dialog: ComponentType<ActionProps> }[] = [
  { action: "confirm", label: "Confirm", dialog: ConfirmOrders },
  { action: "charge", label: "Charge", dialog: ChargePayments },
  { action: "refund", label: "Refund", dialog: RefundPayments },
  { action: "cancel", label: "Cancel", dialog: CancelOrders },
];

interface ActionsProps {
  purchase: Purchase;
  onDone: (outcome: Outcome) => void;
}

/** What can be done with the whole purchase; and why not, where it cannot. */
export function Actions({ purchase, onDone }: ActionsProps) {
  const { permissions } = useHostState();
  const availability = readAvailability(purchase, permissions);
  const [open, setOpen] = useState<Action | null>(null);
  const Dialog = ACTIONS.find(({ action }) => action === open)?.dialog;
  const finish = (outcome: Outcome) => {
    setOpen(null);
    onDone(outcome);
  };
  return (
    <div>
      <Box display="flex" flexWrap="wrap" gap={2} justifyContent="flex-end">
        {ACTIONS.map(({ action, label }) => (
          <Button
            key={action}
            variant="secondary"
            disabled={availability[action] !== null}
            aria-describedby={`why-not-${action}`}
            onClick={() => setOpen(action)}
          >
            {label}
          </Button>
        ))}
      </Box>
      <ul className="og-reasons og-quiet">
        {ACTIONS.filter(({ action }) => availability[action]).map(({ action, label }) => (
          <li key={action} id={`why-not-${action}`}>
            {label}: {availability[action]}
          </li>
        ))}
      </ul>
      {Dialog && <Dialog purchase={purchase} onDone={finish} onClose={() => setOpen(null)} />}
    </div>
  );
}

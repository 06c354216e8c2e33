import { useApiMutation } from "../../../api/hooks";
import { ConfirmPurchaseDocument } from "../../../graphql/graphql";
import { ConfirmDialog } from "../../../ui/ConfirmDialog";
import type { Purchase } from "../purchase";
import { toConfirm } from "./availability";
import { OrderList } from "./OrderList";
import { readOutcome, type Outcome } from "./outcome";

export interface ActionProps {
  purchase: Purchase;
  onDone: (outcome: Outcome) => void;
  onClose: () => void;
}

const WORDING = {
  done: "The orders are confirmed",
  notDone: "No order was confirmed",
  partlyDone: "Some orders were not confirmed",
};

export function ConfirmOrders({ purchase, onDone, onClose }: ActionProps) {
  const [run, isRunning] = useApiMutation(ConfirmPurchaseDocument);
  const confirm = async () => {
    const answer = await run({ id: purchase.id });
    if (answer) onDone(readOutcome(WORDING, answer, answer.data?.orderGroupConfirm));
  };
  return (
    <ConfirmDialog
      title={`Confirm purchase #${purchase.number}`}
      action="Confirm orders"
      isRunning={isRunning}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <p className="og-line">These orders are confirmed:</p>
      <OrderList orders={toConfirm(purchase)} amountOf={(order) => order.total.gross} />
    </ConfirmDialog>
  );
}

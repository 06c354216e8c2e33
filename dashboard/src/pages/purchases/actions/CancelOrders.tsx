import { useApiMutation } from "../../../api/hooks";
import { CancelPurchaseDocument } from "../../../graphql/graphql";
import { isZero, sum } from "../../../ui/amounts";
import { ConfirmDialog } from "../../../ui/ConfirmDialog";
import { Money } from "../../../ui/Money";
import { Notice } from "../../../ui/Notice";
import { currencyOf, type Purchase } from "../purchase";
import { isLive, refundable, toCancel } from "./availability";
import type { ActionProps } from "./ConfirmOrders";
import { OrderList } from "./OrderList";
import { readOutcome } from "./outcome";

const WORDING = {
  done: "The orders are canceled",
  notDone: "No order was canceled",
  partlyDone: "Some orders were not canceled",
  pending: "The orders are being canceled",
};

export function CancelOrders({ purchase, onDone, onClose }: ActionProps) {
  const [run, isRunning] = useApiMutation(CancelPurchaseDocument);
  const orders = toCancel(purchase);
  const charged = refundable(orders, currencyOf(purchase));
  const cancel = async () => {
    const answer = await run({ id: purchase.id });
    if (answer) onDone(readOutcome(WORDING, answer, answer.data?.orderGroupCancel));
  };
  return (
    <ConfirmDialog
      title={`Cancel purchase #${purchase.number}`}
      action={orders.length === 1 ? "Cancel 1 order" : `Cancel ${orders.length} orders`}
      isDangerous
      isRunning={isRunning}
      onConfirm={() => void cancel()}
      onClose={onClose}
    >
      <p className="og-line">These orders are canceled, and their goods return to stock:</p>
      <OrderList orders={orders} amountOf={(order) => order.total.gross} />
      <Authorization purchase={purchase} />
      {!isZero(charged) && (
        <Notice tone="warning">
          <Money value={charged} /> stays charged. Canceling refunds nothing.
        </Notice>
      )}
    </ConfirmDialog>
  );
}

/** Authorizations end only with the last live order: the customer paid for all at once. */
function Authorization({ purchase }: { purchase: Purchase }) {
  const authorized = sum(
    purchase.orders.map((order) => order.totalAuthorized),
    currencyOf(purchase),
  );
  if (isZero(authorized)) return null;
  const isLast = toCancel(purchase).length === purchase.orders.filter(isLive).length;
  return (
    <p className="og-line">
      {isLast ? (
        <>
          The authorization of <Money value={authorized} /> is canceled too.
        </>
      ) : (
        <>
          The authorization of <Money value={authorized} /> stays, because other orders remain.
        </>
      )}
    </p>
  );
}

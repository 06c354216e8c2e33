import { useState } from "react";

import { useApiMutation } from "../../../api/hooks";
import { ChargePurchaseDocument } from "../../../graphql/graphql";
import { isZero } from "../../../ui/amounts";
import { ConfirmDialog } from "../../../ui/ConfirmDialog";
import { useFormatMoney } from "../../../ui/Money";
import { nameOf } from "../purchase";
import { AmountField, readTypedAmount } from "./AmountField";
import { chargeable, isLive } from "./availability";
import type { ActionProps } from "./ConfirmOrders";
import { OrderList } from "./OrderList";
import { readOutcome } from "./outcome";

const WORDING = {
  done: "The charge was requested",
  notDone: "Nothing was charged",
  partlyDone: "The charge failed for some orders",
};

export function ChargePayments({ purchase, onDone, onClose }: ActionProps) {
  const [run, isRunning] = useApiMutation(ChargePurchaseDocument);
  const [text, setText] = useState("");
  const format = useFormatMoney();
  const available = chargeable(purchase);
  const typed = readTypedAmount(text, available);
  const orders = purchase.orders.filter((order) => isLive(order) && !isZero(order.totalAuthorized));
  const charge = async () => {
    const answer = await run({ id: purchase.id, amount: typed.request });
    if (answer) onDone(readOutcome(WORDING, answer, answer.data?.orderGroupCharge));
  };
  return (
    <ConfirmDialog
      title={`Charge purchase #${purchase.number}`}
      action={typed.amount ? `Charge ${format(typed.amount)}` : "Charge"}
      isRunning={isRunning}
      isReady={!typed.error}
      onConfirm={() => void charge()}
      onClose={onClose}
    >
      <p className="og-line">Authorized for these orders:</p>
      <OrderList orders={orders} amountOf={(order) => order.totalAuthorized} />
      <AmountField value={text} onChange={setText} error={typed.error} available={available} />
      {typed.amount && (
        <p className="og-line">
          {format(typed.amount)} is charged for {orders.map(nameOf).join(", ")}.
        </p>
      )}
    </ConfirmDialog>
  );
}

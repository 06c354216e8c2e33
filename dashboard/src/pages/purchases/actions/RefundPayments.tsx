import { useState } from "react";

import { useApiMutation } from "../../../api/hooks";
import { RefundPurchaseDocument } from "../../../graphql/graphql";
import { isZero } from "../../../ui/amounts";
import { ConfirmDialog } from "../../../ui/ConfirmDialog";
import { CheckboxField, SelectField, TextAreaField } from "../../../ui/fields";
import { useFormatMoney } from "../../../ui/Money";
import { currencyOf, nameOf, type PurchaseOrder } from "../purchase";
import { AmountField, readTypedAmount } from "./AmountField";
import { refundable } from "./availability";
import type { ActionProps } from "./ConfirmOrders";
import { readOutcome } from "./outcome";
import { useReasons } from "./useReasons";

const WORDING = {
  done: "The refund was requested",
  notDone: "Nothing was refunded",
  partlyDone: "The refund failed for some orders",
};

export function RefundPayments({ purchase, onDone, onClose }: ActionProps) {
  const [run, isRunning] = useApiMutation(RefundPurchaseDocument);
  const charged = purchase.orders.filter((order) => !isZero(order.totalCharged));
  const [chosen, setChosen] = useState(() => charged.map(({ id }) => id));
  const [text, setText] = useState("");
  const [reason, setReason] = useState("");
  const [reasonReference, setReasonReference] = useState("");
  const reasons = useReasons();
  const format = useFormatMoney();
  const orders = charged.filter(({ id }) => chosen.includes(id));
  const available = refundable(orders, currencyOf(purchase));
  const typed = readTypedAmount(text, available);
  const refund = async () => {
    const answer = await run({
      id: purchase.id,
      amount: typed.request,
      orders: orders.map(({ id }) => id),
      reason: reason.trim() || null,
      reasonReference: reasonReference || null,
    });
    if (answer) onDone(readOutcome(WORDING, answer, answer.data?.orderGroupRefund));
  };
  return (
    <ConfirmDialog
      title={`Refund purchase #${purchase.number}`}
      action={typed.amount ? `Refund ${format(typed.amount)}` : "Refund"}
      isDangerous
      isRunning={isRunning}
      isReady={orders.length > 0 && !typed.error && (!reasons || reasonReference !== "")}
      onConfirm={() => void refund()}
      onClose={onClose}
    >
      <OrderChoice orders={charged} chosen={chosen} onChange={setChosen} />
      <AmountField value={text} onChange={setText} error={typed.error} available={available} />
      {reasons && (
        <SelectField
          label={reasons.name}
          choices={[{ value: "", label: "Choose" }, ...reasons.choices]}
          value={reasonReference}
          onChange={setReasonReference}
        />
      )}
      <TextAreaField label="Reason" value={reason} onChange={setReason} />
      {orders.length === 0 && <p className="og-line">Choose at least one order.</p>}
      {orders.length > 0 && typed.amount && (
        <p className="og-line">
          {format(typed.amount)} is refunded for {orders.map(nameOf).join(", ")}.
        </p>
      )}
    </ConfirmDialog>
  );
}

interface OrderChoiceProps {
  orders: readonly PurchaseOrder[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

function OrderChoice({ orders, chosen, onChange }: OrderChoiceProps) {
  const format = useFormatMoney();
  return (
    <fieldset className="og-choice">
      <legend>Orders to refund</legend>
      {orders.map((order) => (
        <CheckboxField
          key={order.id}
          label={`${nameOf(order)}: ${format(order.totalCharged)} charged`}
          isChecked={chosen.includes(order.id)}
          onChange={(isChecked) =>
            onChange(
              isChecked ? [...chosen, order.id] : chosen.filter((id) => id !== order.id),
            )
          }
        />
      ))}
    </fieldset>
  );
}

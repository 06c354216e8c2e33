import { Text } from "@saleor/macaw-ui";

import type { OrderWidgetQuery, TransactionActionEnum } from "../../graphql/graphql";
import { isZero } from "../../ui/amounts";
import { Money } from "../../ui/Money";

type Payment = NonNullable<OrderWidgetQuery["order"]>["transactions"][number];
type Share = NonNullable<Payment["shares"]>[number];

const ACTIONS: Record<TransactionActionEnum, string> = {
  CHARGE: "Charge",
  REFUND: "Refund",
  CANCEL: "Cancel",
};

/** What the order has of a payment, and why the Dashboard does not offer an action on it. */
export function ShareOfPayment({ payment, share }: { payment: Payment; share: Share }) {
  const name = payment.name || payment.pspReference || "payment";
  return (
    <section aria-label={`Share of ${name}`}>
      <Text as="h3" size={4} fontWeight="bold">
        This order&apos;s share of {name}
      </Text>
      <dl className="og-pairs">
        {amountsOf(share).map(([label, amount]) => (
          <div key={label} className="og-pair">
            <dt className="og-quiet">{label}</dt>
            <dd>
              <Money value={amount} />
            </dd>
          </div>
        ))}
      </dl>
      {share.unavailableActions.map(({ action, reason }) => (
        <p key={action} className="og-line og-quiet">
          {ACTIONS[action]} is not offered: {reason}
        </p>
      ))}
    </section>
  );
}

function amountsOf(share: Share) {
  const amounts = [
    ["Authorized", share.authorizedAmount],
    ["Charged", share.chargedAmount],
    ["Charge pending", share.chargePendingAmount],
    ["Refunded", share.refundedAmount],
    ["Refund pending", share.refundPendingAmount],
    ["Canceled", share.canceledAmount],
    ["Cancel pending", share.cancelPendingAmount],
  ] as const;
  const moved = amounts.filter(([, amount]) => !isZero(amount));
  return moved.length > 0 ? moved : amounts.slice(0, 2);
}

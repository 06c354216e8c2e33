import { Text } from "@saleor/macaw-ui";

import { isZero, sum } from "../../../ui/amounts";
import { DateTime } from "../../../ui/DateTime";
import { Money, type Amount } from "../../../ui/Money";
import { Section } from "../../../ui/Page";
import { Table } from "../../../ui/Table";
import { currencyOf, nameOf, type Payment, type Purchase } from "../purchase";

type Share = NonNullable<Payment["shares"]>[number];

const COLUMNS = [
  { label: "Order" },
  { label: "Authorized", isNumber: true },
  { label: "Charged", isNumber: true },
  { label: "Refunded", isNumber: true },
  { label: "Canceled", isNumber: true },
  { label: "Pending", isNumber: true },
];

/** Each payment as its provider knows it, and what of it each order has. */
export function PaymentsSection({ purchase }: { purchase: Purchase }) {
  const payments = purchase.transactions ?? [];
  return (
    <Section title="Payments">
      {payments.length === 0 ? (
        <p className="og-line og-quiet">There is no payment.</p>
      ) : (
        <div className="og-stack">
          {payments.map((payment) => (
            <PaymentOfPurchase key={payment.id} payment={payment} purchase={purchase} />
          ))}
        </div>
      )}
    </Section>
  );
}

function PaymentOfPurchase({ payment, purchase }: { payment: Payment; purchase: Purchase }) {
  const name = payment.name || payment.pspReference || "Payment";
  const currency = currencyOf(purchase);
  return (
    <div>
      <Text as="h3" size={4} fontWeight="bold">
        {name}
      </Text>
      <p className="og-line og-quiet">
        {payment.pspReference && `Reference ${payment.pspReference}, `}
        <DateTime value={payment.createdAt} />
      </p>
      <Table name={`Shares of ${name}`} columns={COLUMNS}>
        {(payment.shares ?? []).map((share) => (
          <tr key={share.id}>
            <th scope="row">{nameOfOrder(share, purchase)}</th>
            <AmountCell value={share.authorizedAmount} />
            <AmountCell value={share.chargedAmount} />
            <AmountCell value={share.refundedAmount} />
            <AmountCell value={share.canceledAmount} />
            <AmountCell value={pendingOf(share, currency)} />
          </tr>
        ))}
        <tr className="og-total">
          <th scope="row">Whole payment</th>
          <AmountCell value={payment.authorizedAmount} />
          <AmountCell value={payment.chargedAmount} />
          <AmountCell value={payment.refundedAmount} />
          <AmountCell value={payment.canceledAmount} />
          <AmountCell
            value={sum(
              (payment.shares ?? []).map((share) => pendingOf(share, currency)),
              currency,
            )}
          />
        </tr>
      </Table>
    </div>
  );
}

function AmountCell({ value }: { value: Amount }) {
  return (
    <td className={isZero(value) ? "og-number og-quiet" : "og-number"}>
      <Money value={value} />
    </td>
  );
}

function pendingOf(share: Share, currency: string): Amount {
  return sum(
    [
      share.authorizePendingAmount,
      share.chargePendingAmount,
      share.refundPendingAmount,
      share.cancelPendingAmount,
    ],
    currency,
  );
}

function nameOfOrder(share: Share, purchase: Purchase): string {
  const order = purchase.orders.find(({ id }) => id === share.order.id);
  return order ? nameOf(order) : "An order that was deleted";
}

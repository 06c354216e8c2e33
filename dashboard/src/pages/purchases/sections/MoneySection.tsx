import { isZero } from "../../../ui/amounts";
import { Money, type Amount } from "../../../ui/Money";
import { Section } from "../../../ui/Page";
import type { Purchase } from "../purchase";

export function MoneySection({ purchase }: { purchase: Purchase }) {
  return (
    <Section title="Money">
      <dl className="og-sums">
        {rowsOf(purchase).map(([label, amount]) => (
          <div key={label} className="og-pair">
            <dt>{label}</dt>
            <dd className="og-number">
              <Money value={amount} />
            </dd>
          </div>
        ))}
      </dl>
      {purchase.giftCards.length > 0 && (
        <p className="og-line og-quiet">
          Paid in part with {purchase.giftCards.length === 1 ? "the gift card" : "the gift cards"}{" "}
          ending in {purchase.giftCards.map(({ last4CodeChars }) => last4CodeChars).join(", ")}.
        </p>
      )}
    </Section>
  );
}

/** Discounts and refunds are left out while there are none. */
function rowsOf(purchase: Purchase): (readonly [string, Amount])[] {
  const ifAny = (label: string, amount: Amount) =>
    isZero(amount) ? [] : [[label, amount] as const];
  return [
    ["Placed", purchase.placedTotal.gross],
    ["Goods", purchase.subtotal.gross],
    ["Delivery", purchase.shippingPrice.gross],
    ...ifAny("Discounts", purchase.totalDiscount),
    ["Tax in it", purchase.totalTax],
    ["Total", purchase.total.gross],
    ...ifAny("Authorized", purchase.totalAuthorized),
    ["Charged", purchase.totalCharged],
    ...ifAny("Refunded", purchase.totalRefunded),
    dueOf(purchase.totalBalance),
  ];
}

/** The balance is negative while the customer owes money. */
function dueOf({ amount, currency }: Amount): readonly [string, Amount] {
  if (amount > 0) return ["Charged too much", { amount, currency }];
  return ["Due", { amount: Math.abs(amount), currency }];
}

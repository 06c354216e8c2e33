import { Money } from "../../../ui/Money";
import { Section } from "../../../ui/Page";
import { humanize } from "../../../ui/statuses";
import { Table } from "../../../ui/Table";
import type { Purchase } from "../purchase";

type Discount = Purchase["discounts"][number];

const COLUMNS = [
  { label: "Discount" },
  { label: "Of orders" },
  { label: "Amount", isNumber: true },
];

export function DiscountsSection({ discounts }: { discounts: readonly Discount[] }) {
  if (discounts.length === 0) return null;
  return (
    <Section title="Discounts">
      <Table name="Discounts" columns={COLUMNS}>
        {discounts.map((discount, place) => (
          <tr key={place}>
            <th scope="row">
              {nameOf(discount)}
              {discount.reason && <span className="og-quiet"> {discount.reason}</span>}
            </th>
            <td>
              {discount.shares.map((share) => (
                <div key={share.order.id}>
                  #{share.order.number}: <Money value={share.amount} />
                </div>
              ))}
            </td>
            <td className="og-number">
              <Money value={discount.amount} />
            </td>
          </tr>
        ))}
      </Table>
    </Section>
  );
}

function nameOf({ voucherCode, name, type }: Discount): string {
  if (voucherCode) return `Voucher ${voucherCode}`;
  return name || humanize(type);
}

import { Text } from "@saleor/macaw-ui";

import { Money } from "../../../ui/Money";
import { Section } from "../../../ui/Page";
import { SHOP } from "../../../ui/sellers";
import { Table } from "../../../ui/Table";
import type { PurchaseOrder } from "../purchase";

const COLUMNS = [
  { label: "Product" },
  { label: "SKU", width: 120 },
  { label: "Quantity", isNumber: true, width: 80 },
  { label: "Fulfilled", isNumber: true, width: 80 },
  { label: "Price", isNumber: true, width: 90 },
  { label: "Total", isNumber: true, width: 90 },
];

/** What was bought, seller by seller, with each seller's delivery. */
export function LinesSection({ orders }: { orders: readonly PurchaseOrder[] }) {
  return (
    <Section title="Goods by seller">
      <div className="og-stack">
        {orders.map((order) => (
          <LinesOfOrder key={order.id} order={order} />
        ))}
      </div>
    </Section>
  );
}

/** Saleor names a variant like its SKU where the shop gave it no name. */
function variantOf({ productName, productSku, variantName }: PurchaseOrder["lines"][number]) {
  return variantName === productName || variantName === productSku ? "" : variantName;
}

function LinesOfOrder({ order }: { order: PurchaseOrder }) {
  const seller = order.seller?.name ?? SHOP;
  const tracking = order.fulfillments.map(({ trackingNumber }) => trackingNumber).filter(Boolean);
  return (
    <div>
      <Text as="h3" size={4} fontWeight="bold">
        {seller}
      </Text>
      <Table name={`Goods of ${seller}`} columns={COLUMNS}>
        {order.lines.map((line) => (
          <tr key={line.id}>
            <th scope="row">
              {line.productName}
              <span className="og-quiet"> {variantOf(line)}</span>
            </th>
            <td>{line.productSku}</td>
            <td className="og-number">{line.quantity}</td>
            <td className="og-number">{line.quantityFulfilled}</td>
            <td className="og-number">
              <Money value={line.unitPrice.gross} />
            </td>
            <td className="og-number">
              <Money value={line.totalPrice.gross} />
            </td>
          </tr>
        ))}
      </Table>
      {order.shippingMethodName && (
        <p className="og-line og-quiet">
          Delivery: {order.shippingMethodName}, <Money value={order.shippingPrice.gross} />
        </p>
      )}
      {tracking.length > 0 && (
        <p className="og-line og-quiet">Tracking: {tracking.join(", ")}</p>
      )}
    </div>
  );
}

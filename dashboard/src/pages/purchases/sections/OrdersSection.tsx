import { orderPath } from "../../../host/dashboardPaths";
import { DashboardLink } from "../../../ui/links";
import { Money } from "../../../ui/Money";
import { Section } from "../../../ui/Page";
import { SHOP } from "../../../ui/sellers";
import { StatusChip } from "../../../ui/StatusChip";
import { fulfillment, paymentOf } from "../../../ui/statuses";
import { Table } from "../../../ui/Table";
import type { PurchaseOrder } from "../purchase";

const COLUMNS = [
  { label: "Order" },
  { label: "Seller" },
  { label: "Payment" },
  { label: "Status" },
  { label: "Charged", isNumber: true },
  { label: "Total", isNumber: true },
];

export function OrdersSection({ orders }: { orders: readonly PurchaseOrder[] }) {
  return (
    <Section title="Orders">
      {orders.length === 0 ? (
        <p className="og-line og-quiet">The purchase has no orders left.</p>
      ) : (
        <Table name="Orders" columns={COLUMNS}>
          {orders.map((order) => (
            <tr key={order.id}>
              <th scope="row">
                <DashboardLink to={orderPath(order.id)}>#{order.number}</DashboardLink>
              </th>
              <td>{order.seller?.name ?? SHOP}</td>
              <td>
                <StatusChip status={paymentOf(order.chargeStatus, order.authorizeStatus)} />
              </td>
              <td>
                <StatusChip status={fulfillment(order.status)} />
              </td>
              <td className="og-number">
                <Money value={order.totalCharged} />
              </td>
              <td className="og-number">
                <Money value={order.total.gross} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
}

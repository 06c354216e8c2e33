import { Box } from "@saleor/macaw-ui";

import type { OrderWidgetQuery } from "../../graphql/graphql";
import { orderPath } from "../../host/dashboardPaths";
import { DashboardLink } from "../../ui/links";
import { Money } from "../../ui/Money";
import { SHOP } from "../../ui/sellers";
import { StatusChip } from "../../ui/StatusChip";
import { fulfillment, paymentOf } from "../../ui/statuses";

type Purchase = NonNullable<NonNullable<OrderWidgetQuery["order"]>["orderGroup"]>;
type Sibling = Purchase["orders"][number];

interface SiblingsProps {
  orders: readonly Sibling[];
  currentId: string;
}

/** The orders of the purchase, one line each: the widget is narrow. */
export function Siblings({ orders, currentId }: SiblingsProps) {
  return (
    <ul className="og-list" aria-label="Orders of the purchase">
      {orders.map((order) => (
        <li key={order.id} aria-current={order.id === currentId || undefined}>
          <Box display="flex" justifyContent="space-between" gap={2}>
            <span>
              {order.id === currentId ? (
                <strong>#{order.number} (this order)</strong>
              ) : (
                <DashboardLink to={orderPath(order.id)}>#{order.number}</DashboardLink>
              )}
              <br />
              <span className="og-quiet">{order.seller?.name ?? SHOP}</span>
            </span>
            <span className="og-number">
              <Money value={order.total.gross} />
            </span>
          </Box>
          <Box display="flex" flexWrap="wrap" gap={1} marginTop={1}>
            <StatusChip status={paymentOf(order.chargeStatus, order.authorizeStatus)} />
            <StatusChip status={fulfillment(order.status)} />
          </Box>
        </li>
      ))}
    </ul>
  );
}

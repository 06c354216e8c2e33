import { Box, Text } from "@saleor/macaw-ui";

import type { OrderWidgetQuery } from "../../graphql/graphql";
import { appPath, purchaseRoute } from "../../host/dashboardPaths";
import { useHostState } from "../../host/HostContext";
import { DashboardLink } from "../../ui/links";
import { SHOP } from "../../ui/sellers";
import { ShareOfPayment } from "./ShareOfPayment";
import { Siblings } from "./Siblings";

type Order = NonNullable<OrderWidgetQuery["order"]>;
type Purchase = NonNullable<Order["orderGroup"]>;

export function OrderInPurchase({ order, purchase }: { order: Order; purchase: Purchase }) {
  const { appId } = useHostState();
  const place = purchase.orders.findIndex(({ id }) => id === order.id) + 1;
  const shares = order.transactions.flatMap((transaction) =>
    (transaction.shares ?? [])
      .filter((share) => share.order.id === order.id)
      .map((share) => ({ transaction, share })),
  );
  return (
    <Box display="flex" flexDirection="column" gap={4}>
      <div>
        <Text as="h2" size={5} fontWeight="bold">
          {place > 0 && `Order ${place} of ${purchase.orders.length} of `}
          <DashboardLink to={appPath(appId, purchaseRoute(purchase.number))}>
            {place > 0 ? "purchase" : "Purchase"} #{purchase.number}
          </DashboardLink>
        </Text>
        <Text as="p" size={3} className="og-quiet">
          Seller: {order.seller?.name ?? SHOP}
        </Text>
      </div>
      <Siblings orders={purchase.orders} currentId={order.id} />
      {shares.map(({ transaction, share }) => (
        <ShareOfPayment key={share.id} payment={transaction} share={share} />
      ))}
    </Box>
  );
}

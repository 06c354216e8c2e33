import { useState } from "react";

import { useApiQuery } from "../../api/hooks";
import { SellerOrdersOfShopDocument, type SellerOrdersOfShopQuery } from "../../graphql/graphql";
import { orderPath, purchaseRoute } from "../../host/dashboardPaths";
import { DateTime } from "../../ui/DateTime";
import { DashboardLink, PageLink } from "../../ui/links";
import { Money } from "../../ui/Money";
import { Section } from "../../ui/Page";
import { Pagination } from "../../ui/Pagination";
import { EmptyState, Loading, ProblemState } from "../../ui/states";
import { StatusChip } from "../../ui/StatusChip";
import { fulfillment, payment } from "../../ui/statuses";
import { Table } from "../../ui/Table";
import { PAGE_SIZE, toPage, type Cursors } from "./listState";

type Connection = NonNullable<NonNullable<SellerOrdersOfShopQuery["seller"]>["orders"]>;

const COLUMNS = [
  { label: "Order" },
  { label: "Purchase" },
  { label: "Date" },
  { label: "Status" },
  { label: "Payment" },
  { label: "Total", isNumber: true },
];

export function OrdersSection({ sellerId }: { sellerId: string }) {
  const [page, setPage] = useState<Cursors>({ after: "", before: "" });
  const query = useApiQuery(SellerOrdersOfShopDocument, { id: sellerId, ...toPage(page) });
  const problem = query.problem ?? query.gaps[0];
  const orders = query.data?.seller?.orders;
  return (
    <Section title="Orders">
      {problem && <ProblemState problem={problem} onRetry={query.reload} />}
      {!problem && !orders && <Loading label="Loading orders" />}
      {orders?.edges.length === 0 && (
        <EmptyState title="No orders">Nobody has bought from this seller yet.</EmptyState>
      )}
      {orders && orders.edges.length > 0 && (
        <OrderTable orders={orders} isBusy={query.isFetching} onTurn={setPage} />
      )}
    </Section>
  );
}

interface OrderTableProps {
  orders: Connection;
  isBusy: boolean;
  onTurn: (cursors: Cursors) => void;
}

function OrderTable({ orders, isBusy, onTurn }: OrderTableProps) {
  const { edges, pageInfo, totalCount } = orders;
  return (
    <>
      <Table name="Orders of the seller" columns={COLUMNS} isBusy={isBusy}>
        {edges.map(({ node }) => (
          <tr key={node.id}>
            <td>
              <DashboardLink to={orderPath(node.id)}>{`#${node.number}`}</DashboardLink>
            </td>
            <td>
              {node.orderGroup && (
                <PageLink to={purchaseRoute(node.orderGroup.number)}>
                  {`#${node.orderGroup.number}`}
                </PageLink>
              )}
            </td>
            <td>
              <DateTime value={node.created} />
            </td>
            <td>
              <StatusChip status={fulfillment(node.status)} />
            </td>
            <td>
              <StatusChip status={payment(node.chargeStatus)} />
            </td>
            <td className="og-number">
              <Money value={node.total.gross} />
            </td>
          </tr>
        ))}
      </Table>
      {(totalCount ?? 0) > PAGE_SIZE && (
        <Pagination
          hasPrevious={pageInfo.hasPreviousPage}
          hasNext={pageInfo.hasNextPage}
          onPrevious={() => onTurn({ after: "", before: pageInfo.startCursor ?? "" })}
          onNext={() => onTurn({ after: pageInfo.endCursor ?? "", before: "" })}
          summary={`${totalCount} orders`}
        />
      )}
    </>
  );
}

import { Box } from "@saleor/macaw-ui";

import { useApiQuery } from "../../api/hooks";
import { CustomerWidgetDocument, type CustomerWidgetQuery } from "../../graphql/graphql";
import { appPath, purchaseRoute, purchasesOfCustomerRoute } from "../../host/dashboardPaths";
import { useHostState } from "../../host/HostContext";
import { usePageQuery } from "../../host/location";
import { DateTime } from "../../ui/DateTime";
import { DashboardLink } from "../../ui/links";
import { Money } from "../../ui/Money";
import { Widget } from "../../ui/Page";
import { StatusChip } from "../../ui/StatusChip";
import { Loading, ProblemState } from "../../ui/states";
import { fulfillment, paymentOf } from "../../ui/statuses";

/** Purchases that the widget lists; the rest is a link away. */
const SHOWN = 5;

type Groups = NonNullable<NonNullable<CustomerWidgetQuery["user"]>["orderGroups"]>;

/** On the Dashboard's customer page: what the customer has bought, newest first. */
export default function CustomerWidget() {
  const id = usePageQuery().get("customerId") ?? "";
  return (
    <Widget name="Purchases of this customer">
      <Content key={id} id={id} />
    </Widget>
  );
}

function Content({ id }: { id: string }) {
  const { data, isLoading, problem, gaps, reload } = useApiQuery(CustomerWidgetDocument, {
    id,
    first: SHOWN,
  });
  if (isLoading) return <Loading />;
  const reason = problem ?? gaps[0];
  if (reason) return <ProblemState problem={reason} onRetry={reload} />;
  const groups = data?.user?.orderGroups;
  if (!groups) {
    return <p className="og-quiet og-line">This customer was not found, or you may not see them.</p>;
  }
  if (groups.edges.length === 0) {
    return <p className="og-quiet og-line">This customer has no purchases.</p>;
  }
  return <List customerId={id} groups={groups} />;
}

function List({ customerId, groups }: { customerId: string; groups: Groups }) {
  const { appId } = useHostState();
  const total = groups.totalCount ?? groups.edges.length;
  return (
    <>
      <ul className="og-list" aria-label="Purchases">
        {groups.edges.map(({ node }) => (
          <li key={node.id}>
            <Box display="flex" justifyContent="space-between" gap={2}>
              <span>
                <DashboardLink to={appPath(appId, purchaseRoute(node.number))}>
                  #{node.number}
                </DashboardLink>
                <br />
                <span className="og-quiet">
                  <DateTime value={node.createdAt} />, {sellers(node.sellerCount)}
                </span>
              </span>
              <span className="og-number">
                <Money value={node.total.gross} />
              </span>
            </Box>
            <Box display="flex" flexWrap="wrap" gap={1} marginTop={1}>
              <StatusChip status={paymentOf(node.chargeStatus, node.authorizeStatus)} />
              <StatusChip status={fulfillment(node.status)} />
            </Box>
          </li>
        ))}
      </ul>
      {total > SHOWN && (
        <p className="og-line">
          <DashboardLink to={appPath(appId, purchasesOfCustomerRoute(customerId))}>
            All {total} purchases
          </DashboardLink>
        </p>
      )}
    </>
  );
}

const sellers = (count: number) => (count === 1 ? "1 seller" : `${count} sellers`);

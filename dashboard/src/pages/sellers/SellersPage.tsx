import { Button } from "@saleor/macaw-ui";

import { useApiQuery } from "../../api/hooks";
import { SellersDocument, type SellersQuery } from "../../graphql/graphql";
import { sellerRoute } from "../../host/dashboardPaths";
import { usePermission } from "../../host/HostContext";
import { useNavigate, usePageQuery } from "../../host/location";
import { DateTime } from "../../ui/DateTime";
import { PageLink } from "../../ui/links";
import { Page, Section } from "../../ui/Page";
import { Pagination } from "../../ui/Pagination";
import { EmptyState, Loading, ProblemState } from "../../ui/states";
import { StatusChip } from "../../ui/StatusChip";
import { Table } from "../../ui/Table";
import { readListState, toVariables, writeListState, type ListState } from "./listState";
import { SellerFilters } from "./SellerFilters";
import { describeAccess, describeActivity } from "./statuses";

type Sellers = NonNullable<SellersQuery["sellers"]>;

const FIRST_PAGE = { after: "", before: "" };

export default function SellersPage() {
  const navigate = useNavigate();
  const canEdit = usePermission("MANAGE_PRODUCTS");
  const state = readListState(usePageQuery());
  const change = (part: Partial<ListState>) =>
    void navigate("/sellers", writeListState({ ...state, ...FIRST_PAGE, ...part }));
  return (
    <Page
      title="Sellers"
      name="Sellers"
      actions={canEdit && <Button onClick={() => void navigate("/sellers/new")}>New seller</Button>}
    >
      <Section title="All sellers">
        <SellerFilters key={state.search} state={state} onChange={change} />
        <SellerList state={state} onChange={change} />
      </Section>
    </Page>
  );
}

interface ListProps {
  state: ListState;
  onChange: (part: Partial<ListState>) => void;
}

function SellerList({ state, onChange }: ListProps) {
  const query = useApiQuery(SellersDocument, toVariables(state));
  if (query.problem) return <ProblemState problem={query.problem} onRetry={query.reload} />;
  const sellers = query.data?.sellers;
  if (!sellers) return <Loading label="Loading sellers" />;
  if (sellers.edges.length === 0) return <NoSellers state={state} onChange={onChange} />;
  const { pageInfo, totalCount } = sellers;
  return (
    <>
      <SellerTable sellers={sellers} isBusy={query.isFetching} />
      <Pagination
        hasPrevious={pageInfo.hasPreviousPage}
        hasNext={pageInfo.hasNextPage}
        onPrevious={() => onChange({ before: pageInfo.startCursor ?? "" })}
        onNext={() => onChange({ after: pageInfo.endCursor ?? "" })}
        summary={totalCount === 1 ? "1 seller" : `${totalCount} sellers`}
      />
    </>
  );
}

function SellerTable({ sellers, isBusy }: { sellers: Sellers; isBusy: boolean }) {
  const nodes = sellers.edges.map(({ node }) => node);
  const showsAccess = nodes.some((seller) => seller.hasAccess !== null);
  const labels = ["Name", "Slug", "Status", "External reference", "Last change"];
  if (showsAccess) labels.splice(3, 0, "Access");
  return (
    <Table name="Sellers" columns={labels.map((label) => ({ label }))} isBusy={isBusy}>
      {nodes.map((seller) => (
        <tr key={seller.id}>
          <td>
            <PageLink to={sellerRoute(seller.slug)}>{seller.name}</PageLink>
          </td>
          <td>{seller.slug}</td>
          <td>
            <StatusChip status={describeActivity(seller.isActive)} />
          </td>
          {showsAccess && (
            <td>
              <StatusChip status={describeAccess(seller.hasAccess === true)} />
            </td>
          )}
          <td>{seller.externalReference ?? "–"}</td>
          <td>
            <DateTime value={seller.updatedAt} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function NoSellers({ state, onChange }: ListProps) {
  if (!state.search && !state.active) {
    return (
      <EmptyState title="There are no sellers yet">
        Create one with “New seller”. Where metadata or an attribute name the sellers, each is
        created when its goods are sold for the first time.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="No seller matches"
      action={
        <Button variant="secondary" onClick={() => onChange({ search: "", active: "" })}>
          Show all sellers
        </Button>
      }
    >
      Search for other words, or choose another status.
    </EmptyState>
  );
}

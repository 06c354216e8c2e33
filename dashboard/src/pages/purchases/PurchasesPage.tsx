import { useApiQuery } from "../../api/hooks";
import { PurchasesDocument } from "../../graphql/graphql";
import { usePermission } from "../../host/HostContext";
import { useNavigate, usePageQuery } from "../../host/location";
import { Page } from "../../ui/Page";
import { Pagination } from "../../ui/Pagination";
import { EmptyState, Loading, NoPermission, ProblemState } from "../../ui/states";
import { FilterForm } from "./FilterForm";
import { hasFilters, readListState, toVariables, writeListState, type ListState } from "./listState";
import { PurchaseTable } from "./PurchaseTable";

/** The API shows purchases of their own to staff without the permission: that is none. */
export default function PurchasesPage() {
  if (usePermission("MANAGE_ORDERS")) return <ListOfPurchases />;
  return (
    <Page title="Purchases" name="Purchases">
      <NoPermission permissions={["MANAGE_ORDERS"]} />
    </Page>
  );
}

/** The list of purchases. Filters, order and page are in the address. */
function ListOfPurchases() {
  const query = usePageQuery();
  const navigate = useNavigate();
  const state = readListState(query);
  const show = (part: Partial<ListState>) =>
    void navigate("/purchases", writeListState({ ...state, after: null, before: null, ...part }));
  return (
    <Page title="Purchases" name="Purchases">
      <FilterForm filters={state.filters} onApply={(filters) => show({ filters })} />
      <Purchases state={state} onShow={show} />
    </Page>
  );
}

interface PurchasesProps {
  state: ListState;
  onShow: (part: Partial<ListState>) => void;
}

function Purchases({ state, onShow }: PurchasesProps) {
  const { data, isLoading, isFetching, problem, reload } = useApiQuery(
    PurchasesDocument,
    toVariables(state),
  );
  if (isLoading) return <Loading lines={8} />;
  if (problem) return <ProblemState problem={problem} onRetry={reload} />;
  const list = data?.orderGroups;
  if (!list || list.edges.length === 0) return <NoPurchases isFiltered={hasFilters(state.filters)} />;
  return (
    <>
      <PurchaseTable
        purchases={list.edges.map(({ node }) => node)}
        state={state}
        isBusy={isFetching}
        onSort={(sort, isAscending) => onShow({ sort, isAscending })}
      />
      <Pagination
        hasPrevious={list.pageInfo.hasPreviousPage}
        hasNext={list.pageInfo.hasNextPage}
        onPrevious={() => onShow({ before: list.pageInfo.startCursor })}
        onNext={() => onShow({ after: list.pageInfo.endCursor })}
        summary={describeTotal(list.totalCount)}
      />
    </>
  );
}

function NoPurchases({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return <EmptyState title="No purchase matches">Change the filters or clear them.</EmptyState>;
  }
  return (
    <EmptyState title="There are no purchases yet">
      A purchase appears here when a customer completes a checkout in a channel where the plugin is
      active.
    </EmptyState>
  );
}

function describeTotal(total: number | null): string | undefined {
  if (total === null) return undefined;
  return total === 1 ? "1 purchase" : `${total} purchases`;
}

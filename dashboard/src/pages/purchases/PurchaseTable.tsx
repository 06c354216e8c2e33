import type { OrderGroupSortField, PurchasesQuery } from "../../graphql/graphql";
import { purchaseRoute } from "../../host/dashboardPaths";
import { DateTime } from "../../ui/DateTime";
import { PageLink } from "../../ui/links";
import { Money } from "../../ui/Money";
import { StatusChip } from "../../ui/StatusChip";
import { fulfillment, paymentOf } from "../../ui/statuses";
import { Table, type Column } from "../../ui/Table";
import { SHOP } from "../../ui/sellers";
import type { ListState } from "./listState";

type Purchase = NonNullable<PurchasesQuery["orderGroups"]>["edges"][number]["node"];

interface PurchaseTableProps {
  purchases: readonly Purchase[];
  state: ListState;
  isBusy: boolean;
  onSort: (field: OrderGroupSortField, isAscending: boolean) => void;
}

export function PurchaseTable({ purchases, state, isBusy, onSort }: PurchaseTableProps) {
  const sortable = (label: string, field: OrderGroupSortField, isNumber = false): Column => {
    const isCurrent = state.sort === field;
    const direction = state.isAscending ? "ascending" : "descending";
    return {
      isNumber,
      sort: isCurrent ? direction : undefined,
      label: (
        <button
          type="button"
          className="og-sort"
          onClick={() => onSort(field, isCurrent ? !state.isAscending : false)}
        >
          {label}
          <span aria-hidden="true">{isCurrent && (state.isAscending ? " ↑" : " ↓")}</span>
        </button>
      ),
    };
  };
  const columns: Column[] = [
    sortable("Purchase", "NUMBER"),
    sortable("Date", "CREATED_AT"),
    { label: "Customer" },
    { label: "Sellers" },
    { label: "Payment" },
    { label: "Status" },
    sortable("Total", "TOTAL", true),
  ];
  return (
    <Table name="Purchases" columns={columns} isBusy={isBusy}>
      {purchases.map((purchase) => (
        <PurchaseRow key={purchase.id} purchase={purchase} />
      ))}
    </Table>
  );
}

function PurchaseRow({ purchase }: { purchase: Purchase }) {
  return (
    <tr>
      <th scope="row">
        <PageLink to={purchaseRoute(purchase.number)}>#{purchase.number}</PageLink>
      </th>
      <td>
        <DateTime value={purchase.createdAt} />
      </td>
      <td>{customerOf(purchase)}</td>
      <td>{sellersOf(purchase)}</td>
      <td>
        <StatusChip status={paymentOf(purchase.chargeStatus, purchase.authorizeStatus)} />
      </td>
      <td>
        <StatusChip status={fulfillment(purchase.status)} />
      </td>
      <td className="og-number">
        <Money value={purchase.total.gross} />
      </td>
    </tr>
  );
}

function customerOf({ billingAddress, userEmail }: Purchase): string {
  const name = [billingAddress?.firstName, billingAddress?.lastName].filter(Boolean).join(" ");
  return name || userEmail || "–";
}

/** The shop itself counts as a seller, and is none of `sellers`. */
function sellersOf({ sellers, sellerCount }: Purchase): string {
  const names = sellers.map(({ name }) => name);
  return sellerCount > sellers.length ? [SHOP, ...names].join(", ") : names.join(", ");
}

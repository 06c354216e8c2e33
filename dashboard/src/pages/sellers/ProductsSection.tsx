import { Button } from "@saleor/macaw-ui";
import { useState } from "react";

import { useApiQuery } from "../../api/hooks";
import { SellerProductsDocument, type SellerProductsQuery } from "../../graphql/graphql";
import { productPath } from "../../host/dashboardPaths";
import { usePermission } from "../../host/HostContext";
import { CheckboxField } from "../../ui/fields";
import { DashboardLink } from "../../ui/links";
import { Section } from "../../ui/Page";
import { Pagination } from "../../ui/Pagination";
import { EmptyState, Loading, ProblemState } from "../../ui/states";
import { Table } from "../../ui/Table";
import { nameRule } from "../product-widget/source";
import { AssignProducts } from "./AssignProducts";
import { PAGE_SIZE, toPage, type Cursors } from "./listState";
import { UnassignProducts } from "./UnassignProducts";

type Connection = NonNullable<NonNullable<SellerProductsQuery["seller"]>["products"]>;
type Product = Connection["edges"][number]["node"];

const FIRST_PAGE: Cursors = { after: "", before: "" };
const COLUMNS = [{ label: "Product" }, { label: "Type" }];
const EDITOR_COLUMNS = [
  { label: <span className="og-hidden">Chosen</span> },
  ...COLUMNS,
  { label: "Named by" },
];

export function ProductsSection({ seller }: { seller: { id: string; name: string } }) {
  const canEdit = usePermission("MANAGE_PRODUCTS");
  const [page, setPage] = useState(FIRST_PAGE);
  const [chosen, setChosen] = useState<Product[]>([]);
  const [dialog, setDialog] = useState<"assign" | "unassign" | null>(null);
  const query = useApiQuery(SellerProductsDocument, {
    id: seller.id,
    // The API names the rule only to who may change it.
    withSource: canEdit,
    ...toPage(page),
  });
  const problem = query.problem ?? query.gaps[0];
  const products = query.data?.seller?.products;
  const turn = (cursors: Cursors) => {
    setChosen([]);
    setPage(cursors);
  };
  const done = () => {
    setDialog(null);
    turn(FIRST_PAGE);
    query.reload();
  };
  return (
    <Section
      title="Products"
      actions={
        canEdit && (
          <div className="og-buttons">
            {chosen.length > 0 && (
              <Button variant="secondary" onClick={() => setDialog("unassign")}>
                {`Unassign ${chosen.length}`}
              </Button>
            )}
            <Button variant="secondary" onClick={() => setDialog("assign")}>
              Assign products
            </Button>
          </div>
        )
      }
    >
      {problem && <ProblemState problem={problem} onRetry={query.reload} />}
      {!problem && !products && <Loading label="Loading products" />}
      {products && (
        <ProductList
          products={products}
          chosen={chosen}
          canEdit={canEdit}
          isBusy={query.isFetching}
          onChoose={setChosen}
          onTurn={turn}
        />
      )}
      {dialog === "assign" && (
        <AssignProducts seller={seller} onDone={done} onClose={() => setDialog(null)} />
      )}
      {dialog === "unassign" && (
        <UnassignProducts
          seller={seller}
          products={chosen}
          onDone={done}
          onClose={() => setDialog(null)}
        />
      )}
    </Section>
  );
}

interface ProductListProps {
  products: Connection;
  chosen: Product[];
  canEdit: boolean;
  isBusy: boolean;
  onChoose: (products: Product[]) => void;
  onTurn: (cursors: Cursors) => void;
}

function ProductList({ products, chosen, canEdit, isBusy, onChoose, onTurn }: ProductListProps) {
  const { edges, pageInfo, totalCount } = products;
  if (edges.length === 0) {
    return (
      <EmptyState title="The seller has no products">
        Assign products here, or name the seller in the products&apos; data where the shop&apos;s
        settings say so.
      </EmptyState>
    );
  }
  return (
    <>
      <Table name="Products of the seller" columns={canEdit ? EDITOR_COLUMNS : COLUMNS} isBusy={isBusy}>
        {edges.map(({ node }) => (
          <ProductRow
            key={node.id}
            product={node}
            isChosen={chosen.some(({ id }) => id === node.id)}
            canEdit={canEdit}
            onChoose={(isChosen) =>
              onChoose(
                isChosen ? [...chosen, node] : chosen.filter(({ id }) => id !== node.id),
              )
            }
          />
        ))}
      </Table>
      {(totalCount ?? 0) > PAGE_SIZE && (
        <Pagination
          hasPrevious={pageInfo.hasPreviousPage}
          hasNext={pageInfo.hasNextPage}
          onPrevious={() => onTurn({ after: "", before: pageInfo.startCursor ?? "" })}
          onNext={() => onTurn({ after: pageInfo.endCursor ?? "", before: "" })}
          summary={`${totalCount} products`}
        />
      )}
    </>
  );
}

interface ProductRowProps {
  product: Product;
  isChosen: boolean;
  canEdit: boolean;
  onChoose: (isChosen: boolean) => void;
}

function ProductRow({ product, isChosen, canEdit, onChoose }: ProductRowProps) {
  const source = product.sellerSource ?? null;
  return (
    <tr>
      {canEdit && (
        <td>
          {source === "ASSIGNMENT" && (
            <CheckboxField
              label={<span className="og-hidden">{product.name}</span>}
              isChecked={isChosen}
              onChange={onChoose}
            />
          )}
        </td>
      )}
      <td>
        <DashboardLink to={productPath(product.id)}>{product.name}</DashboardLink>
      </td>
      <td>{product.productType.name}</td>
      {canEdit && <td>{nameRule(source)}</td>}
    </tr>
  );
}

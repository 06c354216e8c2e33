import { Text } from "@saleor/macaw-ui";
import { useState } from "react";

import { useApiQuery } from "../../api/hooks";
import { useAct } from "../../api/useAct";
import {
  AssignProductsDocument,
  FindProductsDocument,
  type FindProductsQuery,
} from "../../graphql/graphql";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { CheckboxField, TextField } from "../../ui/fields";
import { Notice } from "../../ui/Notice";
import { Refusals } from "../../ui/Refusals";
import { EmptyState, Loading, ProblemState } from "../../ui/states";
import { useDebounced } from "../../ui/useDebounced";
import { nameRule } from "../product-widget/source";

type Product = NonNullable<FindProductsQuery["products"]>["edges"][number]["node"];

/** How many products a search shows. */
const RESULTS = 20;

interface AssignProductsProps {
  seller: { id: string; name: string };
  onDone: () => void;
  onClose: () => void;
}

export function AssignProducts({ seller, onDone, onClose }: AssignProductsProps) {
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<Product[]>([]);
  const { act, isRunning, refusals } = useAct(AssignProductsDocument);
  const moving = chosen.filter((product) => product.seller);
  const confirm = async () => {
    if (await act({ id: seller.id, products: chosen.map(({ id }) => id) })) onDone();
  };
  return (
    <ConfirmDialog
      title={`Assign products to ${seller.name}`}
      action={chosen.length > 0 ? `Assign ${chosen.length}` : "Assign"}
      isRunning={isRunning}
      isReady={chosen.length > 0}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <TextField label="Search products" value={search} onChange={setSearch} />
      <Results seller={seller} search={search} chosen={chosen} onChoose={setChosen} />
      {moving.length > 0 && (
        <Notice tone="warning" isLive>
          {`Other sellers lose: ${moving.map(describeMove).join("; ")}. Orders that were placed keep their seller.`}
        </Notice>
      )}
      <Refusals refusals={refusals} />
    </ConfirmDialog>
  );
}

function describeMove({ name, seller }: Product): string {
  return `${name} (${seller?.name})`;
}

interface ResultsProps {
  seller: { id: string };
  search: string;
  chosen: Product[];
  onChoose: (products: Product[]) => void;
}

function Results({ seller, search, chosen, onChoose }: ResultsProps) {
  const query = useApiQuery(FindProductsDocument, {
    search: useDebounced(search.trim()) || null,
    first: RESULTS,
  });
  if (query.problem) return <ProblemState problem={query.problem} onRetry={query.reload} />;
  const products = query.data?.products;
  if (!products) return <Loading label="Loading products" />;
  const found = products.edges.map(({ node }) => node);
  const chosenElsewhere = chosen.filter(({ id }) => !found.some((each) => each.id === id));
  if (found.length === 0 && chosen.length === 0) return <NoProducts />;
  return (
    <div aria-busy={query.isFetching}>
      <ul className="og-choices" aria-label="Products">
        {[...chosenElsewhere, ...found].map((product) => (
          <li key={product.id}>
            <ProductChoice
              product={product}
              sellerId={seller.id}
              isChosen={chosen.some(({ id }) => id === product.id)}
              onChange={(isChosen) =>
                onChoose(
                  isChosen
                    ? [...chosen, product]
                    : chosen.filter(({ id }) => id !== product.id),
                )
              }
            />
          </li>
        ))}
      </ul>
      {products.pageInfo.hasNextPage && (
        <Text as="p" size={3} className="og-quiet">
          {`The first ${RESULTS} of ${products.totalCount} products. Search to see others.`}
        </Text>
      )}
    </div>
  );
}

function NoProducts() {
  return (
    <EmptyState title="No product matches">
      Search for other words. Saleor&apos;s search finds a new product after its next indexing.
    </EmptyState>
  );
}

interface ProductChoiceProps {
  product: Product;
  sellerId: string;
  isChosen: boolean;
  onChange: (isChosen: boolean) => void;
}

function ProductChoice({ product, sellerId, isChosen, onChange }: ProductChoiceProps) {
  const obstacle = findObstacle(product, sellerId);
  const sells = product.seller ? `Sold by ${product.seller.name}` : "The shop's own";
  return (
    <CheckboxField
      label={
        <>
          {product.name}
          <span className="og-quiet og-sub">
            {`${product.productType.name} · ${obstacle ?? sells}`}
          </span>
        </>
      }
      isChecked={isChosen}
      isDisabled={obstacle !== null}
      onChange={onChange}
    />
  );
}

/** Why assigning the product changes nothing; null if it does. */
function findObstacle(product: Product, sellerId: string): string | null {
  if (product.sellerSource !== "ASSIGNMENT") {
    return `${nameRule(product.sellerSource)} says who sells it`;
  }
  return product.seller?.id === sellerId ? "Sold by this seller already" : null;
}

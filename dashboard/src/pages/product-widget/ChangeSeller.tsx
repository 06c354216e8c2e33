import { Button } from "@saleor/macaw-ui";
import { useState, type FormEvent } from "react";

import { useApiQuery } from "../../api/hooks";
import { useAct } from "../../api/useAct";
import { AssignProductsDocument, FindSellersDocument } from "../../graphql/graphql";
import { TextField } from "../../ui/fields";
import { Refusals } from "../../ui/Refusals";
import { Loading, ProblemState } from "../../ui/states";
import { useDebounced } from "../../ui/useDebounced";

interface ChangeSellerProps {
  product: { id: string; seller: { id: string; name: string } | null };
  onDone: () => void;
  onClose: () => void;
}

/** Finds a seller, and assigns the product to it. */
export function ChangeSeller({ product, onDone, onClose }: ChangeSellerProps) {
  const [search, setSearch] = useState("");
  const [sellerId, setSellerId] = useState("");
  const { act, isRunning, refusals } = useAct(AssignProductsDocument);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await act({ id: sellerId, products: [product.id] })) onDone();
  };
  return (
    <form className="og-stack" onSubmit={(event) => void submit(event)}>
      <TextField label="Search sellers" value={search} onChange={setSearch} />
      <Results
        search={search}
        current={product.seller?.id}
        chosen={sellerId}
        onChoose={setSellerId}
      />
      {product.seller && (
        <p className="og-quiet og-line">
          {`${product.seller.name} does not sell the product any more then. Orders that were placed keep their seller.`}
        </p>
      )}
      <Refusals refusals={refusals} />
      <div className="og-buttons og-start">
        <Button type="submit" size="small" disabled={isRunning || !sellerId}>
          {isRunning ? "Saving…" : "Save"}
        </Button>
        <Button type="button" variant="secondary" size="small" disabled={isRunning} onClick={onClose}>
          Back
        </Button>
      </div>
    </form>
  );
}

interface ResultsProps {
  search: string;
  /** ID of the seller that sells the product now. */
  current: string | undefined;
  chosen: string;
  onChoose: (id: string) => void;
}

function Results({ search, current, chosen, onChoose }: ResultsProps) {
  const query = useApiQuery(FindSellersDocument, { search: useDebounced(search.trim()) || null });
  if (query.problem) return <ProblemState problem={query.problem} onRetry={query.reload} />;
  const sellers = query.data?.sellers?.edges.map(({ node }) => node);
  if (!sellers) return <Loading lines={2} label="Searching sellers" />;
  if (sellers.length === 0) return <p className="og-quiet og-line">No seller matches.</p>;
  return (
    <fieldset className="og-fieldset">
      <legend className="og-hidden">Sellers</legend>
      {sellers.map(({ id, name, slug, isActive }) => (
        <label key={id} className="og-radio">
          <input
            type="radio"
            name="seller"
            checked={chosen === id}
            disabled={id === current}
            onChange={() => onChoose(id)}
          />
          <span>
            {name}
            <span className="og-quiet og-sub">{describe(slug, isActive, id === current)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function describe(slug: string, isActive: boolean, isCurrent: boolean): string {
  const notes = [slug];
  if (!isActive) notes.push("inactive");
  if (isCurrent) notes.push("sells the product now");
  return notes.join(" · ");
}

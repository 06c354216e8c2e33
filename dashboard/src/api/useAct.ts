import { useCallback, useState } from "react";
import type { AnyVariables, TypedDocumentNode } from "urql";

import { useApiMutation, type MutationAnswer } from "./hooks";
import type { Problem } from "./problems";

/** Why the API did not do what it was asked; `field` is null where no input is to blame. */
export interface Refusal {
  field: string | null;
  message: string;
}

interface Payload {
  errors: readonly { field?: string | null; message?: string | null }[];
}

/** The data of a mutation with one act. */
type ActData = Record<string, Payload | null | undefined>;

export interface Act<Data, Variables> {
  /** Run the act once at a time; undefined if it was refused, or while it runs. */
  act: (variables: Variables) => Promise<Data | undefined>;
  isRunning: boolean;
  /** The refusals of the last run. */
  refusals: Refusal[];
  forget: () => void;
}

export function useAct<Data extends ActData, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
): Act<Data, Variables> {
  const [run, isRunning] = useApiMutation(document);
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const forget = useCallback(() => setRefusals([]), []);
  const act = useCallback(
    async (variables: Variables) => {
      const answer = await run(variables);
      if (!answer) return undefined;
      const found = readRefusals(answer);
      setRefusals(found);
      return found.length === 0 ? answer.data : undefined;
    },
    [run],
  );
  return { act, isRunning, refusals, forget };
}

function readRefusals<Data extends ActData>({ data, problem }: MutationAnswer<Data>): Refusal[] {
  if (!data) return [{ field: null, message: describe(problem) }];
  return Object.values(data).flatMap((payload) =>
    (payload?.errors ?? []).map(({ field, message }) => ({
      field: field ?? null,
      message: message ?? "The API refused this without a reason.",
    })),
  );
}

function describe(problem: Problem | undefined): string {
  if (!problem) return "The API gave no answer. Reload the page to see what was done.";
  if (problem.kind === "network") {
    return "No answer came. Check your connection, and reload the page to see what was done.";
  }
  if (problem.kind === "expired") return "Your session has ended. Reload the Dashboard.";
  return problem.message;
}

/** The refusal of one input, for its field in the form. */
export function refusalOf(refusals: readonly Refusal[], field: string): string | undefined {
  return refusals.find((refusal) => refusal.field === field)?.message;
}

/** The refusals that have no input among these in the form. */
export function otherRefusals(
  refusals: readonly Refusal[],
  fields: readonly string[],
): Refusal[] {
  return refusals.filter(({ field }) => field === null || !fields.includes(field));
}

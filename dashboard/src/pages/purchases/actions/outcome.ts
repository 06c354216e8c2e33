import type { MutationAnswer } from "../../../api/hooks";
import type { OperationResultFragment } from "../../../graphql/graphql";
import { nameOf } from "../purchase";

/** What came of an action: for the whole purchase, and for each order. */
export interface Outcome {
  title: string;
  isWhole: boolean;
  /** Errors of the whole action. */
  errors: string[];
  orders: { id: string; name: string; errors: string[]; isPending: boolean }[];
}

interface Payload {
  results: OperationResultFragment[];
  errors: { message: string | null }[];
}

/** What an action is called, before and after. */
export interface Wording {
  done: string;
  notDone: string;
  partlyDone: string;
  /** While the shop goes on with some orders after its answer. */
  pending?: string;
}

export function readOutcome(
  wording: Wording,
  { problem }: Pick<MutationAnswer<unknown>, "problem">,
  payload: Payload | null | undefined,
): Outcome {
  if (problem?.kind === "network") return unknownOutcome();
  if (!payload) return failure(wording, problem?.message ?? "The shop gave no answer.");
  const errors = payload.errors.map(textOf);
  const orders = payload.results.map(({ order, errors: own, isPending }) => ({
    id: order.id,
    name: nameOf(order),
    errors: own.map(textOf),
    isPending,
  }));
  const failed = orders.filter((order) => order.errors.length > 0).length;
  const isWhole = errors.length === 0 && failed === 0;
  const isPending = orders.some((order) => order.isPending);
  const isNothing = errors.length > 0 || failed === orders.length;
  return {
    title: isWhole ? ((isPending && wording.pending) || wording.done) : isNothing ? wording.notDone : wording.partlyDone,
    isWhole,
    errors,
    orders,
  };
}

function failure(wording: Wording, message: string): Outcome {
  return { title: wording.notDone, isWhole: false, errors: [message], orders: [] };
}

/** The request may have arrived: to repeat it blindly could move the money twice. */
function unknownOutcome(): Outcome {
  return {
    title: "The shop did not answer",
    isWhole: false,
    errors: [
      "It is not known whether the action was carried out. Look at the amounts and statuses below before you try again.",
    ],
    orders: [],
  };
}

const textOf = ({ message }: { message: string | null }) => message ?? "Unknown error.";

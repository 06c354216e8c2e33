import { useCallback, useRef, useState } from "react";
import {
  useClient,
  useQuery,
  type AnyVariables,
  type OperationResult,
  type TypedDocumentNode,
} from "urql";

import { readProblems, type Problem } from "./problems";

export interface QueryState<Data> {
  data: Data | undefined;
  /** The first answer is on its way. */
  isLoading: boolean;
  /** An answer is on its way, the first one or a later one. */
  isFetching: boolean;
  /** Why the query has no answer at all. */
  problem: Problem | undefined;
  /** Fields that have no answer although the query has one. */
  gaps: Problem[];
  reload: () => void;
}

export function useApiQuery<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  pause = false,
): QueryState<Data> {
  const [result, execute] = useQuery<Data, Variables>({
    query,
    variables: variables as Variables,
    pause,
  } as Parameters<typeof useQuery<Data, Variables>>[0]);
  const problems = readProblems(result.error);
  const hasAnswer = isAnswered(result.data);
  const reload = useCallback(() => execute({ requestPolicy: "network-only" }), [execute]);
  return {
    data: hasAnswer || problems.length === 0 ? result.data : undefined,
    isLoading: result.fetching && result.data === undefined,
    isFetching: result.fetching,
    problem: hasAnswer ? undefined : gravest(problems),
    gaps: hasAnswer ? problems : [],
    reload,
  };
}

function isAnswered(data: unknown): boolean {
  return (
    typeof data === "object" &&
    data !== null &&
    Object.values(data).some((value) => value !== null)
  );
}

function gravest(problems: Problem[]): Problem | undefined {
  const order = ["schema", "expired", "network", "permission", "other"];
  return [...problems].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))[0];
}

export interface MutationAnswer<Data> {
  data: Data | undefined;
  problem: Problem | undefined;
}

/**
 * A mutation that runs once at a time: a second call while it runs does nothing and
 * answers undefined.
 */
export function useApiMutation<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
): [(variables: Variables) => Promise<MutationAnswer<Data> | undefined>, boolean] {
  const client = useClient();
  const isBusy = useRef(false);
  const [isRunning, setRunning] = useState(false);
  const run = useCallback(
    async (variables: Variables) => {
      if (isBusy.current) return undefined;
      isBusy.current = true;
      setRunning(true);
      const result = await client.mutation<Data, Variables>(document, variables).toPromise();
      isBusy.current = false;
      setRunning(false);
      return answerOf(result);
    },
    [client, document],
  );
  return [run, isRunning];
}

function answerOf<Data, Variables extends AnyVariables>(
  result: OperationResult<Data, Variables>,
): MutationAnswer<Data> {
  const isUseful = isAnswered(result.data);
  return {
    data: isUseful ? result.data : undefined,
    problem: isUseful ? undefined : gravest(readProblems(result.error)),
  };
}

import { useCallback, useEffect, useRef, useState } from "react";
import {
  useClient,
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

/**
 * Ask the API, and again whenever the variables change.
 *
 * Earlier data stay until the next answer. An answer that came too late is dropped. The
 * hook asks from an effect and nowhere else, so that one question is one request.
 */
export function useApiQuery<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  pause = false,
): QueryState<Data> {
  const client = useClient();
  const [round, setRound] = useState(0);
  const [answer, setAnswer] = useState<Answer<Data>>({ question: "", result: undefined });
  const asked = JSON.stringify(variables);
  const question = `${round} ${asked}`;
  useEffect(() => {
    if (pause) return;
    const source = client.query(query, JSON.parse(asked) as Variables);
    return source.subscribe((result) => setAnswer({ question, result })).unsubscribe;
  }, [client, query, asked, question, pause]);
  const reload = useCallback(() => setRound((last) => last + 1), []);
  return { ...describe(answer.result), ...progressOf(answer, question, pause), reload };
}

interface Answer<Data> {
  question: string;
  result: Pick<OperationResult<Data>, "data" | "error"> | undefined;
}

function describe<Data>(result: Answer<Data>["result"]) {
  const problems = readProblems(result?.error);
  const hasAnswer = isAnswered(result?.data);
  return {
    data: hasAnswer || problems.length === 0 ? result?.data : undefined,
    problem: hasAnswer ? undefined : gravest(problems),
    gaps: hasAnswer ? problems : [],
  };
}

function progressOf<Data>({ question, result }: Answer<Data>, current: string, pause: boolean) {
  const isFetching = !pause && question !== current;
  return { isFetching, isLoading: isFetching && !result?.data };
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

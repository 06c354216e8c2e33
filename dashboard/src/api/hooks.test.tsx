import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { Provider } from "urql";
import { expect, it } from "vitest";

import { PurchaseDocument, UpdatePurchaseDocument } from "../graphql/graphql";
import { FakeApi, held, permissionDenied } from "../testing/fakeApi";
import { FakeHost } from "../testing/fakeHost";
import { createClient } from "./client";
import { useApiMutation, useApiQuery } from "./hooks";

const group = (number: string) => ({ data: { orderGroup: { id: number } } });
const idOf = (data: { orderGroup: { id: string } | null } | undefined) => data?.orderGroup?.id;

function within(api: FakeApi) {
  const client = createClient(new FakeHost(), "/graphql/", api.fetch);
  return ({ children }: { children: ReactNode }) => <Provider value={client}>{children}</Provider>;
}

function ask(api: FakeApi, number = "1", pause = false) {
  return renderHook(
    (props) => useApiQuery(PurchaseDocument, { number: props.number }, props.pause),
    { wrapper: within(api), initialProps: { number, pause } },
  );
}

it("asks once, however often it is rendered", async () => {
  const api = new FakeApi({ Purchase: group("1") });
  const { result, rerender } = ask(api);
  expect(result.current).toMatchObject({ isLoading: true, isFetching: true, data: undefined });
  await waitFor(() => expect(idOf(result.current.data)).toBe("1"));
  rerender({ number: "1", pause: false });
  expect(result.current).toMatchObject({ isLoading: false, isFetching: false, gaps: [] });
  expect(api.variablesOf("Purchase")).toEqual([{ number: "1" }]);
});

it("keeps the answer while it asks for other variables", async () => {
  const api = new FakeApi({ Purchase: ({ number }) => group(String(number)) });
  const { result, rerender } = ask(api);
  await waitFor(() => expect(idOf(result.current.data)).toBe("1"));
  rerender({ number: "2", pause: false });
  expect(result.current).toMatchObject({ isLoading: false, isFetching: true });
  expect(idOf(result.current.data)).toBe("1");
  await waitFor(() => expect(idOf(result.current.data)).toBe("2"));
});

it("drops an answer that came after another question", async () => {
  const late = held(group("late"));
  const api = new FakeApi({ Purchase: late.answer });
  const { result, rerender } = ask(api);
  api.answer("Purchase", group("2"));
  rerender({ number: "2", pause: false });
  await waitFor(() => expect(idOf(result.current.data)).toBe("2"));
  await act(async () => late.release());
  expect(idOf(result.current.data)).toBe("2");
});

it("asks nothing while it is paused", async () => {
  const api = new FakeApi({ Purchase: group("1") });
  const { result, rerender } = ask(api, "1", true);
  expect(result.current).toMatchObject({ isLoading: false, isFetching: false });
  expect(api.asked).toEqual([]);
  rerender({ number: "1", pause: false });
  await waitFor(() => expect(idOf(result.current.data)).toBe("1"));
});

it("asks again on request", async () => {
  const api = new FakeApi({ Purchase: group("1") });
  const { result } = ask(api);
  await waitFor(() => expect(idOf(result.current.data)).toBe("1"));
  api.answer("Purchase", group("changed"));
  act(() => result.current.reload());
  await waitFor(() => expect(idOf(result.current.data)).toBe("changed"));
  expect(api.variablesOf("Purchase")).toHaveLength(2);
});

it("tells fields without an answer from a query without one", async () => {
  const denied = permissionDenied("MANAGE_ORDERS", ["orderGroup", "transactions"]);
  const api = new FakeApi({ Purchase: { ...group("1"), errors: [denied] } });
  const { result } = ask(api);
  await waitFor(() => expect(result.current.gaps).toHaveLength(1));
  expect(result.current.problem).toBeUndefined();
  expect(idOf(result.current.data)).toBe("1");
});

it("shows the gravest problem of a query without an answer", async () => {
  const api = new FakeApi({
    Purchase: {
      data: { orderGroup: null },
      errors: [{ message: "Other." }, permissionDenied("MANAGE_ORDERS", ["orderGroup"])],
    },
  });
  const { result } = ask(api);
  await waitFor(() => expect(result.current.problem?.kind).toBe("permission"));
  expect(result.current.data).toBeUndefined();
});

it("runs a mutation once at a time", async () => {
  const { answer, release } = held({ data: { orderGroupUpdate: { orderGroup: null, errors: [] } } });
  const api = new FakeApi({ UpdatePurchase: answer });
  const { result } = renderHook(() => useApiMutation(UpdatePurchaseDocument), {
    wrapper: within(api),
  });
  const variables = { id: "group-12", externalReference: "x" };
  let first: ReturnType<(typeof result.current)[0]> | undefined;
  act(() => {
    first = result.current[0](variables);
  });
  expect(result.current[1]).toBe(true);
  await expect(result.current[0](variables)).resolves.toBeUndefined();
  await act(async () => {
    release();
    await first;
  });
  expect(result.current[1]).toBe(false);
  expect(api.variablesOf("UpdatePurchase")).toEqual([variables]);
});

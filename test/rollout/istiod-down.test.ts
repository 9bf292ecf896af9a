import { expect, it } from "vitest";
import { connect } from "../../cluster/client.ts";
import { applyObject } from "../../cluster/objects.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { requireIstiod } from "../../rollout/istiod.ts";
import { apiServer } from "../cluster/api-server.ts";

const istiod = (ready: boolean) => ({
  metadata: { name: "istiod-1", namespace: "istio-system" },
  spec: {},
  status: { containerStatuses: [{ name: "discovery", ready, restartCount: 0, state: { running: {} } }] },
});

it.each([
  ["is not there", []],
  ["is not ready", [istiod(false)]],
])("an istiod that %s is named, with the way out", async (_, items) => {
  const { access } = await apiServer(() => ({ body: { items } }));
  await expect(requireIstiod(connect(access), "istio-system", 0)).rejects.toMatchObject({
    message: expect.stringMatching(/namespace istio-system has no istiod that is ready.*nothing was written/),
    fix: expect.stringMatching(/bring istiod up.*run this again/),
  });
});

it("an istiod that comes up in time is enough", async () => {
  let looks = 0;
  const { access, asked } = await apiServer(() => ({ body: { items: looks++ === 0 ? [] : [istiod(true)] } }));
  await requireIstiod(connect(access), "istio-system", 60);
  expect(asked).toHaveLength(2);
});

it.each([
  [
    'failed calling webhook "validation.istio.io": no endpoints available for service "istiod"',
    /validation.istio.io does not answer: bring istiod up, and run this again/,
  ],
  ['failed calling webhook "rules.example.com": connection refused', /bring what serves it up/],
  ['admission webhook "rules.example.com" denied the request', /see what the API server says/],
])("a write that is refused because %s tells what mends it", async (message, fix) => {
  const { access } = await apiServer(() => ({ code: 500, body: { message } }));
  const policy: Manifest = {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name: "one", namespace: "egress" },
  };
  await expect(applyObject(connect(access), policy)).rejects.toMatchObject({
    message: expect.stringContaining(message),
    fix: expect.stringMatching(fix),
  });
});

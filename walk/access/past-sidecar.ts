import type { Manifest } from "../../plan/manifest.ts";
import { type Client, commandRow, type Step, type World } from "../document.ts";
import type { Row } from "../row.ts";
import { LAB_IMAGE, rolledOut, sleep } from "../workloads.ts";
import { GATEWAY, READER } from "./calls.ts";

/** A pod of the reader's account that speaks to the gateway itself, with the certificate of its own sidecar. */
const PAST: Client = { namespace: READER.namespace, account: "past-sidecar" };

const CERTIFICATES = "/certificates";
const IDENTITY = {
  certificate: `${CERTIFICATES}/cert-chain.pem`,
  key: `${CERTIFICATES}/key.pem`,
  authority: `${CERTIFICATES}/root-cert.pem`,
};

/** Istio's own way to give a certificate to another container of the pod, as its documents do for Prometheus. */
function workload(): Manifest {
  return sleep(PAST.namespace, LAB_IMAGE, {
    name: PAST.account,
    serviceAccount: READER.account,
    annotations: {
      "proxy.istio.io/config": JSON.stringify({ proxyMetadata: { OUTPUT_CERTS: CERTIFICATES } }),
      "sidecar.istio.io/userVolumeMount": JSON.stringify([{ name: "certificates", mountPath: CERTIFICATES }]),
    },
    folders: { certificates: CERTIFICATES },
    // The proxy's own: it may read the key, and what it calls is not sent to the sidecar.
    runAsUser: 1337,
  });
}

/** A workload that skips its sidecar and asks the gateway for any name by the hop's SNI gets what it was granted. */
export function pastSidecar(world: World): Step {
  const { kubectl } = world;
  const row = (step: string, command: string, expected: string): Row =>
    commandRow(world, PAST, { step, command, expected });
  return {
    title: "Past the sidecar, with the workload's own certificate",
    prepare: async () => {
      await kubectl.run(["apply", "-f", "-"], JSON.stringify(workload()));
      await rolledOut(kubectl, PAST.namespace, PAST.account);
    },
    rows: [
      row("passthrough, granted", tunnelled("edition.cnn.com"), "200"),
      row("passthrough, another's SNI", tunnelled("en.wikipedia.org"), "exit 35"),
      row(
        "passthrough, another's SNI in capitals",
        tunnelled("en.wikipedia.org", "EN.Wikipedia.ORG"),
        "exit 35",
      ),
      row("passthrough, a SNI that nobody declared", tunnelled("de.wikipedia.org"), "exit 35"),
      row("wildcard, granted", tunnelled("any.wild.example.com"), "200"),
      row("wildcard, another's SNI", tunnelled("finance.yahoo.com"), "exit 35"),
      row("wildcard, its own name as the SNI", tunnelled("finance.yahoo.com", "*.yahoo.com"), "exit 35"),
      row("originate, granted", asked("developers.google.com"), "200"),
      row("originate, another's SNI and Host", asked("developer.yahoo.com"), "403"),
      row(
        "originate, a granted SNI with another's Host",
        asked("developer.yahoo.com", "developers.google.com"),
        "403",
      ),
      row(
        "originate, another's SNI with a granted Host",
        asked("developers.google.com", "developer.yahoo.com"),
        "200",
      ),
      row("wildcard over HTTP, granted", asked("any.wild.example.com"), "200"),
      row(
        "wildcard over HTTP, a Host outside its domain",
        asked("www.yahoo.com", "any.wild.example.com"),
        "403",
      ),
      row("without a certificate", BARE, "certificate required"),
    ],
    ends: async () => {
      await kubectl.run(["delete", "deployment", PAST.account, "-n", PAST.namespace, "--ignore-not-found"]);
    },
  };
}

/** TLS without a certificate that sends nothing: data under way would meet a reset in place of the alert. */
const BARE = `sleep 5 | openssl s_client -quiet -connect ${GATEWAY}:443 2>&1 | grep -o 'certificate required'`;

/** The code that a host answers over TLS, inside mutual TLS to the gateway that asks for a SNI. */
function tunnelled(host: string, sni = host): string {
  const hop = [
    `openssl s_client -quiet -connect ${GATEWAY}:443 -servername '${sni}' -verify_quiet`,
    `-cert ${IDENTITY.certificate} -cert_chain ${IDENTITY.certificate} -key ${IDENTITY.key} -CAfile ${IDENTITY.authority}`,
  ].join(" ");
  return `nc -l -p 8443 -e ${hop} 2>/dev/null & curl -s -m 10 -o /dev/null -w '%{http_code}' --retry-connrefused --retry 5 --connect-to ::127.0.0.1:8443 https://${host}/`;
}

/** The code of a request over mutual TLS to the gateway that asks for a SNI. */
function asked(host: string, sni = host): string {
  return [
    `curl -sk -m 10 -o /dev/null -w '%{http_code}' --cert ${IDENTITY.certificate} --key ${IDENTITY.key}`,
    `-H 'Host: ${host}' --connect-to ::${GATEWAY}: https://${sni}:80/`,
  ].join(" ");
}

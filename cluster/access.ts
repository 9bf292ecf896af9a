/** Which cluster is meant: a kubeconfig file and a context in it; kubectl's own choice where left out. */
export interface ClusterAccess {
  readonly kubeconfig?: string;
  readonly context?: string;
}

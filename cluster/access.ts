/** Which cluster is meant: a kubeconfig and a context in it; kubectl's own choice where left out. */
export interface ClusterAccess {
  /** A file's path, or its text. */
  readonly kubeconfig?: string;
  /** A context's name in that kubeconfig; its current one where left out. */
  readonly context?: string;
}

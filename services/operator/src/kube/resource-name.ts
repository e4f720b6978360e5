// How Kubernetes names what this operator serves.
export const GROUP = "bnas.dev";
export const VERSION = "v1alpha1";
export const KIND = "ArchitectureSearch";
export const PLURAL = "architecturesearches";
export const apiVersion: string = `${GROUP}/${VERSION}`;

// How Kubernetes names what this operator serves.
export const group = "bnas.dev";
export const version = "v1alpha1";
export const kind = "ArchitectureSearch";
export const plural = "architecturesearches";
export const apiVersion: string = `${group}/${version}`;

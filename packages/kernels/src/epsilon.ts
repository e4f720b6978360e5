/** Added to the variance by batch norm, on every backend (PyTorch's and DARTS' value). */
export const EPSILON = 1e-5;

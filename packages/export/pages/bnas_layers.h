/* Layers of a network that bnas exported: C99, no allocation, no global state. */
#ifndef BNAS_LAYERS_H
#define BNAS_LAYERS_H

/* A value of one image: pixels by rows, `channels` floats each, `pitch` floats from a pixel to the next. */
typedef struct {
  float *at;
  int height, width, channels, pitch;
} bnas_map;

/* Weights of a convolution: bits (1 is +1, 0 is -1; the first in the lowest bit of a byte) or, where that is a null pointer, numbers. */
typedef struct {
  const unsigned char *signs;
  const float *numbers;
} bnas_weights;

/* What a convolution makes of a number before it is multiplied. */
typedef enum { BNAS_AS_IT_IS, BNAS_RELU, BNAS_SIGN } bnas_reading;

/* A convolution of 3x3 pixels and its norm that are computed again for every reader: they are cheaper to compute than to keep. */
typedef struct {
  bnas_map image;
  int stride;
  bnas_weights weights;
  const float *factor, *offset;
} bnas_stem;

/* Taps outside the image do not take part in a sum. */
void bnas_depthwise(bnas_map x, bnas_map y, bnas_reading reading, int kernel, int stride, int dilation, bnas_weights w);
void bnas_conv3x3(bnas_map x, bnas_map y, bnas_reading reading, int stride, bnas_weights w);
/* x and y may be one, where they have equal sizes; `pixel` has room for the channels of x. With a stem, x says its size alone. */
void bnas_pointwise(bnas_map x, bnas_map y, bnas_reading reading, int stride, int offset, bnas_weights w,
                    const bnas_stem *stem, float *pixel);

/* Of these x and y may be one. */
void bnas_scale(bnas_map x, float alpha);
void bnas_scale_channels(bnas_map x, const float *alpha);
void bnas_affine(bnas_map x, bnas_map y, const float *factor, const float *offset);
void bnas_threshold(bnas_map x, bnas_map y, const int *at);
void bnas_relu(bnas_map x, bnas_map y);
void bnas_sign(bnas_map x, bnas_map y);
void bnas_add(bnas_map a, bnas_map b, bnas_map y);

void bnas_copy(bnas_map x, bnas_map y);
void bnas_zeros(bnas_map y);
void bnas_shuffle(bnas_map x, bnas_map y, int groups);
void bnas_max_pool(bnas_map x, bnas_map y, int size, int stride);
void bnas_avg_pool(bnas_map x, bnas_map y, int stride);
void bnas_global_average_pool(bnas_map x, bnas_map y);
/* y [1, 1, classes] = x [1, 1, channels] * weight [channels, classes] + bias */
void bnas_linear(bnas_map x, bnas_map y, bnas_reading reading, const float *weight, const float *bias);

#endif

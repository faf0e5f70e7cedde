/** From a request to images: a bundle's networks, a sampler and seeded noise put together. */
package io.adm4j.sampling;

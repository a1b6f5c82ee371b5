"""Inference: runs networks with ONNX Runtime or OpenVINO, on a provider that is picked visibly."""

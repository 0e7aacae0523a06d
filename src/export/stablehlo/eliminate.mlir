  // a \ b by Gauss and Jordan with partial pivoting, det(a) and log(abs(det(a))).
  func.func private @eliminate_{n}_{m}(%a: tensor<{n}x{n}xf64>, %b: tensor<{n}x{m}xf64>) -> (tensor<{n}x{m}xf64>, tensor<f64>, tensor<f64>) {
    %zero = stablehlo.constant dense<0.0> : tensor<f64>
    %one = stablehlo.constant dense<1.0> : tensor<f64>
    %minus_one = stablehlo.constant dense<-1.0> : tensor<f64>
    %first = stablehlo.constant dense<0> : tensor<i64>
    %next = stablehlo.constant dense<1> : tensor<i64>
    %count = stablehlo.constant dense<{n}> : tensor<i64>
    %rows = stablehlo.iota dim = 0 : tensor<{n}xi64>
    %both = stablehlo.concatenate %a, %b, dim = 1 : (tensor<{n}x{n}xf64>, tensor<{n}x{m}xf64>) -> tensor<{n}x{w}xf64>
    %end:4 = stablehlo.while(%k = %first, %x = %both, %det = %one, %log = %zero) : tensor<i64>, tensor<{n}x{w}xf64>, tensor<f64>, tensor<f64>
    cond {
      %more = stablehlo.compare LT, %k, %count, SIGNED : (tensor<i64>, tensor<i64>) -> tensor<i1>
      stablehlo.return %more : tensor<i1>
    } do {
      %here = stablehlo.broadcast_in_dim %k, dims = [] : (tensor<i64>) -> tensor<{n}xi64>
      %column = stablehlo.dynamic_slice %x, %first, %k, sizes = [{n}, 1] : (tensor<{n}x{w}xf64>, tensor<i64>, tensor<i64>) -> tensor<{n}x1xf64>
      %flat = stablehlo.reshape %column : (tensor<{n}x1xf64>) -> tensor<{n}xf64>
      %size = stablehlo.abs %flat : tensor<{n}xf64>
      %below = stablehlo.compare GE, %rows, %here, SIGNED : (tensor<{n}xi64>, tensor<{n}xi64>) -> tensor<{n}xi1>
      %out = stablehlo.broadcast_in_dim %minus_one, dims = [] : (tensor<f64>) -> tensor<{n}xf64>
      %known = stablehlo.select %below, %size, %out : tensor<{n}xi1>, tensor<{n}xf64>
      %top = stablehlo.reduce(%known init: %minus_one) applies stablehlo.maximum across dimensions = [0] : (tensor<{n}xf64>, tensor<f64>) -> tensor<f64>
      %tops = stablehlo.broadcast_in_dim %top, dims = [] : (tensor<f64>) -> tensor<{n}xf64>
      %is_top = stablehlo.compare EQ, %known, %tops, FLOAT : (tensor<{n}xf64>, tensor<{n}xf64>) -> tensor<{n}xi1>
      %counts = stablehlo.broadcast_in_dim %count, dims = [] : (tensor<i64>) -> tensor<{n}xi64>
      %places = stablehlo.select %is_top, %rows, %counts : tensor<{n}xi1>, tensor<{n}xi64>
      %pivot_at = stablehlo.reduce(%places init: %count) applies stablehlo.minimum across dimensions = [0] : (tensor<{n}xi64>, tensor<i64>) -> tensor<i64>
      %there = stablehlo.broadcast_in_dim %pivot_at, dims = [] : (tensor<i64>) -> tensor<{n}xi64>
      %is_here = stablehlo.compare EQ, %rows, %here, SIGNED : (tensor<{n}xi64>, tensor<{n}xi64>) -> tensor<{n}xi1>
      %is_there = stablehlo.compare EQ, %rows, %there, SIGNED : (tensor<{n}xi64>, tensor<{n}xi64>) -> tensor<{n}xi1>
      %back = stablehlo.select %is_there, %here, %rows : tensor<{n}xi1>, tensor<{n}xi64>
      %swap = stablehlo.select %is_here, %there, %back : tensor<{n}xi1>, tensor<{n}xi64>
      %order = stablehlo.reshape %swap : (tensor<{n}xi64>) -> tensor<{n}x1xi64>
      %swapped = "stablehlo.gather"(%x, %order) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, slice_sizes = array<i64: 1, {w}>}> : (tensor<{n}x{w}xf64>, tensor<{n}x1xi64>) -> tensor<{n}x{w}xf64>
      %stays = stablehlo.compare EQ, %k, %pivot_at, SIGNED : (tensor<i64>, tensor<i64>) -> tensor<i1>
      %sign = stablehlo.select %stays, %one, %minus_one : tensor<i1>, tensor<f64>
      %row = stablehlo.dynamic_slice %swapped, %k, %first, sizes = [1, {w}] : (tensor<{n}x{w}xf64>, tensor<i64>, tensor<i64>) -> tensor<1x{w}xf64>
      %entry = stablehlo.dynamic_slice %swapped, %k, %k, sizes = [1, 1] : (tensor<{n}x{w}xf64>, tensor<i64>, tensor<i64>) -> tensor<1x1xf64>
      %pivot = stablehlo.reshape %entry : (tensor<1x1xf64>) -> tensor<f64>
      %magnitude = stablehlo.abs %pivot : tensor<f64>
      %log_pivot = stablehlo.log %magnitude : tensor<f64>
      %new_log = stablehlo.add %log, %log_pivot : tensor<f64>
      %signed = stablehlo.multiply %pivot, %sign : tensor<f64>
      %new_det = stablehlo.multiply %det, %signed : tensor<f64>
      %is_zero = stablehlo.compare EQ, %pivot, %zero, FLOAT : (tensor<f64>, tensor<f64>) -> tensor<i1>
      %divisor = stablehlo.select %is_zero, %one, %pivot : tensor<i1>, tensor<f64>
      %divisors = stablehlo.broadcast_in_dim %divisor, dims = [] : (tensor<f64>) -> tensor<1x{w}xf64>
      %scaled = stablehlo.divide %row, %divisors : tensor<1x{w}xf64>
      %rest = stablehlo.dynamic_slice %swapped, %first, %k, sizes = [{n}, 1] : (tensor<{n}x{w}xf64>, tensor<i64>, tensor<i64>) -> tensor<{n}x1xf64>
      %factors = stablehlo.broadcast_in_dim %rest, dims = [0, 1] : (tensor<{n}x1xf64>) -> tensor<{n}x{w}xf64>
      %wide = stablehlo.broadcast_in_dim %scaled, dims = [0, 1] : (tensor<1x{w}xf64>) -> tensor<{n}x{w}xf64>
      %products = stablehlo.multiply %factors, %wide : tensor<{n}x{w}xf64>
      %reduced = stablehlo.subtract %swapped, %products : tensor<{n}x{w}xf64>
      %new_x = stablehlo.dynamic_update_slice %reduced, %scaled, %k, %first : (tensor<{n}x{w}xf64>, tensor<1x{w}xf64>, tensor<i64>, tensor<i64>) -> tensor<{n}x{w}xf64>
      %new_k = stablehlo.add %k, %next : tensor<i64>
      stablehlo.return %new_k, %new_x, %new_det, %new_log : tensor<i64>, tensor<{n}x{w}xf64>, tensor<f64>, tensor<f64>
    }
    %solution = stablehlo.slice %end#1 [0:{n}, {n}:{w}] : (tensor<{n}x{w}xf64>) -> tensor<{n}x{m}xf64>
    %regular = stablehlo.is_finite %end#3 : (tensor<f64>) -> tensor<i1>
    %nan = stablehlo.constant dense<0x7FF8000000000000> : tensor<{n}x{m}xf64>
    %given = stablehlo.select %regular, %solution, %nan : tensor<i1>, tensor<{n}x{m}xf64>
    return %given, %end#2, %end#3 : tensor<{n}x{m}xf64>, tensor<f64>, tensor<f64>
  }

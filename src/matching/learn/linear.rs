//! Small systems of equations.

/// A square matrix by rows.
pub(super) type Matrix<const N: usize> = [[f64; N]; N];

/// Solves `a x = b`; None where there is no one solution.
pub(super) fn solve<const N: usize>(mut a: Matrix<N>, mut b: [f64; N]) -> Option<[f64; N]> {
    for column in 0..N {
        let pivot =
            (column..N).max_by(|x, y| a[*x][column].abs().total_cmp(&a[*y][column].abs()))?;
        if a[pivot][column].abs() < 1e-12 {
            return None;
        }
        a.swap(column, pivot);
        b.swap(column, pivot);
        let (top, right) = (a[column], b[column]);
        for (row, value) in a.iter_mut().zip(&mut b).skip(column + 1) {
            let share = row[column] / top[column];
            for (cell, above) in row.iter_mut().zip(top).skip(column) {
                *cell -= share * above;
            }
            *value -= share * right;
        }
    }
    for row in (0..N).rev() {
        let known: f64 = (row + 1..N).map(|at| a[row][at] * b[at]).sum();
        b[row] = (b[row] - known) / a[row][row];
    }
    Some(b)
}

/// The inverse of a symmetric matrix; None where there is none.
pub(super) fn inverse<const N: usize>(a: &Matrix<N>) -> Option<Matrix<N>> {
    let mut inverse = [[0.0; N]; N];
    for (place, row) in inverse.iter_mut().enumerate() {
        let mut unit = [0.0; N];
        unit[place] = 1.0;
        // Symmetric: its columns are its rows.
        *row = solve(*a, unit)?;
    }
    Some(inverse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_solved_fits() {
        let a = [[0.0, 2.0, 1.0], [2.0, 3.0, 0.5], [1.0, 0.5, 4.0]];
        let x = solve(a, [5.0, 9.5, 14.0]).unwrap();
        let back: Vec<f64> = a
            .iter()
            .map(|row| row.iter().zip(x).map(|(a, x)| a * x).sum())
            .collect();
        for (found, wanted) in back.iter().zip([5.0, 9.5, 14.0]) {
            assert!((found - wanted).abs() < 1e-9, "{back:?}");
        }
        assert_eq!(solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 2.0]), None);
        let inverse = inverse(&a).unwrap();
        assert!((inverse[0][1] - inverse[1][0]).abs() < 1e-12);
    }
}
